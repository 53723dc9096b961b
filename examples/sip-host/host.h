/* host.h: how the parts of this host speak to each other.
 *
 *   control.c   the local socket: headset reports, what people press, administration      -> service.c
 *   phones.c    the registrar: which phone is where                                       -> service.c, auth.c
 *   calls.c     the switch: calls to a person ring the phone where that person is         -> service.c, auth.c, phones.c
 *   auth.c      is it the phone that it says it is?
 *   pins.c      asks a directory by LDAP, without waiting                                 -> service.c
 *   service.c   the engine, its store, its one timer; hands effects to the others
 *   main.c      options, start, end
 *
 * All of it runs in one thread, in libre's event loop. */
#ifndef SIP_HOST_H
#define SIP_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <headsetsvc/headsetsvc.h>
#include <headsetsvc/inputs.h>
#include <re/re.h>

#define NAME_SIZE 129 /* the longest name of the library, and a NUL */

/* ---- main.c ---- */

typedef struct options {
    const char *store;   /* the SQLite file */
    const char *control; /* path of the socket */
    const char *sip;     /* address and port */
    const char *ldap;    /* ldap://host:port; NULL: every PIN check is unavailable */
    const char *ldap_dn; /* "uid=%s,ou=people,dc=example,dc=com" */
    const char *passwords; /* a file of htdigest's; NULL: phones need none */
    uint32_t expires;    /* seconds that a registration lasts, at most */
    bool test_clock;     /* the control socket may move the clock */
} options;

/* say: one line of the log, with the time in front; what is no text is shown as '?'. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* ---- service.c ---- */

int service_open(const options *given);
void service_close(void);
/* service_start: after the others are up: what devices should wear and show comes again. A status of the library. */
int32_t service_start(void);
/* service_take: one input; its verdict into *verdict if that is not NULL, or the field alone that the library complains of. A
 * status of the library. Its effects are done, and what they ask is answered, before it returns. */
int32_t service_take(const hsvc_input *in, hsvc_verdict *verdict);
/* service_move_clock: for tests, whose windows need not last five minutes. */
void service_move_clock(int64_t ms);
/* service_where: the phones where a user is signed in, the first `size` of them, and how many. A status of the library. */
int32_t service_where(const char *user, char names[][NAME_SIZE], int size, int *count);
/* service_device: looks at a device. */
int32_t service_device(const char *name, hsvc_device_view *view);
/* service_devices: calls `each` for all of them. A status: when the store is not to be had, it was not for all. */
int32_t service_devices(void (*each)(const hsvc_device_view *view, void *user), void *user);

/* ---- phones.c ---- */

int phones_open(struct sip *sip, const options *given);
/* phones_expect: a phone that was registered before the host was started; it is gone if it does not come again. */
void phones_expect(const char *name);
void phones_close(void);
/* phones_contact: where to send a call for this phone; NULL if it is not registered. Good until the loop is entered again. */
const char *phones_contact(const char *name);
/* phones_is_plain: may a URI that somebody sent be written into a header of ours? */
bool phones_is_plain(const char *uri);

/* ---- auth.c ---- */

void auth_open(const options *given);
/* auth_check: does this REGISTER, or INVITE, come from the phone of that name? If not, it was answered by a challenge. */
bool auth_check(struct sip *sip, const struct sip_msg *msg, const char *name);

/* ---- calls.c ---- */

int calls_open(struct sip *sip);
void calls_close(void);
/* calls_at: the calls of a phone, at most `size`; how many. For whoever must report all of them. */
size_t calls_at(const char *phone, hsvc_item *items, size_t size);
size_t calls_count(void);

/* ---- pins.c ---- */

void pins_open(const options *given);
void pins_close(void);
/* pins_check: begins; the answer becomes an input VERIFY_RESULT later. The PIN is not kept. */
void pins_check(const hsvc_effect *effect);

/* ---- control.c ---- */

int control_open(const options *given);
void control_close(void);
/* control_tell: a line for everyone who said `watch`. */
void control_tell(const char *line);

#endif
