/* states.c: the numbers in records that name a state. One that this library does not have was written by another library, and
 * is refused by name, as an unknown version is (STORE-7): tables are indexed by them. */
#include "records/record.h"

enum {
#define MACHINE(name, subject, text) MACHINE_##name,
#include "rules/machines.def"
#undef MACHINE
    MACHINES
};

/* How many states a machine has: they are numbered from 1 without gaps. */
#define STATE(machine, name, number, contract) +(MACHINE_##machine == MACHINE_session)
enum { session_states = 0
#include "rules/states.def"
};
#undef STATE
#define STATE(machine, name, number, contract) +(MACHINE_##machine == MACHINE_profile)
enum { profile_states = 0
#include "rules/states.def"
};
#undef STATE
#define STATE(machine, name, number, contract) +(MACHINE_##machine == MACHINE_prompt)
enum { prompt_states = 0
#include "rules/states.def"
};
#undef STATE
#define STATE(machine, name, number, contract) +(MACHINE_##machine == MACHINE_verification)
enum { verification_states = 0
#include "rules/states.def"
};
#undef STATE
#define STATE(machine, name, number, contract) +(MACHINE_##machine == MACHINE_emergency)
enum { emergency_states = 0
#include "rules/states.def"
};
#undef STATE
#define STATE(machine, name, number, contract) +(MACHINE_##machine == MACHINE_flapping)
enum { flapping_states = 0
#include "rules/states.def"
};
#undef STATE
#define STATE(machine, name, number, contract) +(MACHINE_##machine == MACHINE_sweep)
enum { sweep_states = 0
#include "rules/states.def"
};
#undef STATE

/* 0: the machine never had to do with the record. */
static int is_state(uint32_t state, uint32_t count) { return state <= count; }

int hsvc__states_sound(const void *record, uint32_t family) {
    if (family == HSVC__FAMILY_DEVICE) {
        const struct hsvc__device *d = (const struct hsvc__device *)record;
        return is_state(d->session_state, session_states) && is_state(d->profile_state, profile_states) &&
               is_state(d->prompt_state, prompt_states) && is_state(d->verify_state, verification_states) &&
               is_state(d->emergency_state, emergency_states) && is_state(d->flap_state, flapping_states);
    }
    if (family == HSVC__FAMILY_JOB) return is_state(((const struct hsvc__job *)record)->kind, sweep_states);
    return 1;
}
