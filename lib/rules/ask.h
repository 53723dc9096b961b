/* ask.h: small questions that several guards and actions share. */
#ifndef HSVC_ASK_H
#define HSVC_ASK_H

#include "engine/engine.h"

/* INPUT: a text of the turn's input. */
#define INPUT(t, field) hsvc__str_of((t)->in->field, (t)->in->field##_len)

/* hsvc__occupied: is an active session here? An ending one is not active any more. */
int hsvc__occupied(const struct hsvc__device *dev);
/* hsvc__in_emergency: is one of the device's calls an emergency call? */
int hsvc__in_emergency(const struct hsvc__device *dev);
/* hsvc__user_is_here: is a believed headset of this user present, other than the serial `but`? */
int hsvc__user_is_here(struct hsvc__device *dev, hsvc__str user, hsvc__str but);
/* hsvc__user_is_certain: is one present that nothing contradicts? */
int hsvc__user_is_certain(const struct hsvc__device *dev, hsvc__str user);
/* hsvc__call_bars, hsvc__hold_bars: may a headset of this owner not be offered, for a call, for the hold after one of emergency? */
int hsvc__call_bars(struct hsvc__turn *t, hsvc__str owner);
int hsvc__hold_bars(struct hsvc__turn *t, hsvc__str owner);
/* hsvc__newest_fresh: the fresh headset whose turn it is: the newest that a call or an ending session does not bar. */
struct hsvc__present *hsvc__newest_fresh(struct hsvc__turn *t);
/* hsvc__menu_serial: the headset that a menu entry is about when it names none: the newest present one that the entry
 * could serve, else the newest present; {NULL, 0} if the kind is no such entry or nothing is present. */
hsvc__str hsvc__menu_serial(const struct hsvc__device *dev, uint32_t kind);
/* hsvc__typed_user: whose credentials these are: typed in the input, or sent for verification before. */
hsvc__str hsvc__typed_user(struct hsvc__turn *t);
/* hsvc__late_user: whose PIN the input's request was about, if that was dropped and is not answered yet; empty if the user is
 * gone; NULL if it is no such request (SIGN-8). */
const hsvc__str *hsvc__late_user(const struct hsvc__turn *t);
/* hsvc__newcomer: the user who would sign in: whom the host signs in; on a screen by hand whoever typed there, else the owner of the headset that
 * the running step is about. */
struct hsvc__user *hsvc__newcomer(struct hsvc__turn *t);
/* hsvc__has_profile: does the user have this profile? */
int hsvc__has_profile(const struct hsvc__user *user, hsvc__str profile);
/* hsvc__in_list: does any pattern of a list (one a line) match? */
int hsvc__in_list(hsvc__str patterns, hsvc__str text);
/* hsvc__next_failure: what a failure count becomes with one more. */
uint32_t hsvc__next_failure(struct hsvc__turn *t, const struct hsvc__user *user, uint32_t failures, int64_t first_at, int64_t until);
/* hsvc__add_place, hsvc__drop_place: the step's device lists the step's headset, or no longer; newest: and reported it
 * last. drop: how many devices still list it. */
void hsvc__add_place(struct hsvc__turn *t, int newest);
uint32_t hsvc__drop_place(struct hsvc__turn *t);
/* hsvc__strike: the headset is no longer on this user's list. */
void hsvc__strike(struct hsvc__user *user, hsvc__str serial);
/* hsvc__is_doubtful_call, _loss: nobody confirmed this call, or those beyond the list, and it may be dropped. */
int hsvc__is_doubtful_call(const struct hsvc__device *dev, const struct hsvc__call *call);
int hsvc__is_doubtful_loss(const struct hsvc__device *dev);
/* hsvc__screen: the HSVC_PROMPT_ of the device's prompt state, 0 for none. hsvc__new_screen: what is told next is newer
 * than all before. hsvc__tell_screen: shows it again. hsvc__tell_menu: the menu as the record has it. */
uint32_t hsvc__screen(const struct hsvc__device *dev);
void hsvc__new_screen(struct hsvc__device *dev);
void hsvc__tell_screen(struct hsvc__turn *t, struct hsvc__device *dev);
hsvc_effect *hsvc__tell_menu(struct hsvc__turn *t, const struct hsvc__device *dev);
/* hsvc__tell_prompt: shows a prompt as the record has it. hsvc__tell_profile: the wipe that is owed, then the profile to wear. */
hsvc_effect *hsvc__tell_prompt(struct hsvc__turn *t, uint32_t prompt, const struct hsvc__device *dev);
void hsvc__tell_profile(struct hsvc__turn *t, struct hsvc__device *dev, uint32_t flags);
/* hsvc__tell_wipe: what is owed since a session ended; said again with every later generation (OUT-7). */
void hsvc__tell_wipe(struct hsvc__turn *t, struct hsvc__device *dev, uint32_t flags);
/* hsvc__tell_association: whose the step's headset is now, and whose it was. */
void hsvc__tell_association(struct hsvc__turn *t, hsvc__str user, hsvc__str before);
/* hsvc__max_time: when the running session ends by max_login_time, as the policy is now; 0: never (POL-5). */
int64_t hsvc__max_time(struct hsvc__turn *t);
/* hsvc__subject_of: whom or what an input names that starts a job: a user, else a device, else a site, else nothing. */
hsvc__str hsvc__subject_of(const hsvc_input *in);
/* hsvc__can_extend: may the running window be made longer (OUT-15)? */
int hsvc__can_extend(const struct hsvc__device *dev);
/* hsvc__login_of: index of the user's session on a device, or login_count. */
uint32_t hsvc__login_of(const struct hsvc__user *user, hsvc__str device);

#endif
