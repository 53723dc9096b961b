/* watch.h: how the parts of headset-watch speak to each other.
 *
 *   usb.c    which USB headsets are plugged in, by libudev       -> host.c
 *   host.c   the line to the host: its control socket            -> usb.c, when the host asks
 *   main.c   options, the loop, the end */
#ifndef HEADSET_WATCH_H
#define HEADSET_WATCH_H

#include <stdbool.h>
#include <stddef.h>

#define SERIAL_SIZE 133 /* the longest that the library takes, and a NUL */

/* say: one line of the log. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* ---- usb.c ---- */

int usb_open(void);
void usb_close(void);
int usb_fd(void);
/* usb_read: takes in what the kernel has to say. */
void usb_read(void);
/* usb_each: calls `each` for every headset that can be recognised. */
void usb_each(void (*each)(const char *serial, void *user), void *user);

/* ---- host.c ---- */

/* host_open: false if one of the two is too long. */
bool host_open(const char *socket, const char *phone);
void host_close(void);
/* host_wait: in how many ms host_try has something to do; -1 for never. */
int host_wait(void);
/* host_fd: to poll for reading; -1 while there is no host. */
int host_fd(void);
void host_read(void);
/* host_try: connects, if there is no connection: after that, what is plugged in is told as a whole. So it is when the host
 * did not keep something. */
void host_try(void);
void host_plugged(const char *serial, const char *vendor, const char *product);
void host_unplugged(const char *serial);
/* host_all: everything that is plugged in, after the kernel's messages were too many to be read. */
void host_all(void);

#endif
