/* lists.c: the lists inside records, whatever bytes are in their slots: a list never reads beyond its slot, never writes beyond
 * the room for its entries. */
#include "eva.h"

#define MOST 80 /* more than the longest entry without its texts; Eva follows all entries at once, so more is no other case */
static uint8_t block[MOST];
static struct hsvc__device device;
static struct hsvc__user user;
static struct hsvc__headset headset;
static struct hsvc__policy policy;
static struct hsvc__job job;

static void read_device(hsvc__str slot) {
    memset(&device, 0, sizeof device);
    device.presence = device.plugs = device.held = device.calls = device.overrides = device.requests = slot;
    (void)hsvc__lists_decode(&device, HSVC__FAMILY_DEVICE);
}

static void read_others(hsvc__str slot) {
    memset(&user, 0, sizeof user);
    user.profiles = user.headsets = user.sessions = user.overrides = user.requests = slot;
    (void)hsvc__lists_decode(&user, HSVC__FAMILY_USER);
    headset.others = headset.aliases = headset.requests = slot;
    (void)hsvc__lists_decode(&headset, HSVC__FAMILY_HEADSET);
    policy.overrides = policy.requests = slot;
    (void)hsvc__lists_decode(&policy, HSVC__FAMILY_POLICY);
    job.requests = slot;
    (void)hsvc__lists_decode(&job, HSVC__FAMILY_JOB);
}

int main(void) {
    /*@ loop unroll 300; */
    for (size_t n = 0; n <= MOST; n++) {
        ANY(block);
        read_device(hsvc__str_of((const char *)block + (MOST - n), n));
        read_others(hsvc__str_of((const char *)block + (MOST - n), n));
    }
    Frama_C_show_each_end();
    return 0;
}
