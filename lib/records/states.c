/* states.c: the numbers in records that name a state. One that this library does not have was written by another library, and
 * is refused by name, as an unknown version is (STORE-7): tables are indexed by them. */
#include "records/record.h"

enum {
#define MACHINE(name, subject, text) MACHINE_##name,
#include "rules/machines.def"
#undef MACHINE
    MACHINES
};

#define STATES_MOST 32 /* a larger number in states.def does not compile */
static const uint8_t known[MACHINES][STATES_MOST] = {
#define STATE(machine, name, number, contract) [MACHINE_##machine][number] = 1,
#include "rules/states.def"
#undef STATE
};

/* 0: the machine never had to do with the record. */
static int is_state(uint32_t state, uint32_t machine) { return state == 0 || (state < STATES_MOST && known[machine][state]); }

int hsvc__states_sound(const void *record, uint32_t family) {
    if (family == HSVC__FAMILY_DEVICE) {
        const struct hsvc__device *d = (const struct hsvc__device *)record;
        return is_state(d->session_state, MACHINE_session) && is_state(d->profile_state, MACHINE_profile) &&
               is_state(d->prompt_state, MACHINE_prompt) && is_state(d->verify_state, MACHINE_verification) &&
               is_state(d->emergency_state, MACHINE_emergency) && is_state(d->flap_state, MACHINE_flapping);
    }
    if (family == HSVC__FAMILY_JOB) {
        uint32_t kind = ((const struct hsvc__job *)record)->kind; /* no job begins as none */
        return kind != 0 && is_state(kind, MACHINE_sweep);
    }
    return 1;
}
