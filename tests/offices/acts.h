/* acts.h: what acts*.c share: an input about somebody or something. */
#ifndef HSVC_OFFICES_ACTS_H
#define HSVC_OFFICES_ACTS_H

#include <string.h>

#include "headsetsvc/inputs.h"
#include "office.h"

#define PHONE(w, e) (&(w)->phones[(e)->phone])

static inline void about(hsvc_input *in, uint32_t kind, const char *device, const char *user, const char *serial) {
    (void)hsvc_input_init(in, sizeof *in, kind);
    in->device = device;
    in->device_len = device ? strlen(device) : 0;
    in->user = user;
    in->user_len = user ? strlen(user) : 0;
    in->serial = serial;
    in->serial_len = serial ? strlen(serial) : 0;
}

#endif
