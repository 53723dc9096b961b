/* actions_jobs.c: verbs that commit a fact about many records, and those by which each of them learns of it (STORE-3). */
#include "rules/ask.h"

/* ---- the fact ---- */
hsvc__str hsvc__subject_of(const hsvc_input *in) {
    if (in->user_len != 0) return hsvc__str_of(in->user, in->user_len);
    if (in->device_len != 0) return hsvc__str_of(in->device, in->device_len);
    return hsvc__str_of(in->site, in->site_len);
}

/* A job that runs already begins anew: it comes to every record once more. */
void hsvc__do_start_job(struct hsvc__turn *t, int64_t kind) {
    hsvc__str subject = hsvc__subject_of(t->in);
    struct hsvc__job *job = hsvc__job_of(t, (uint32_t)kind, subject);
    job->rec.present = 1;
    job->created_at = t->now;
    job->worked_at = t->now;
    job->kind = (uint32_t)kind;
    job->flags = t->in->flags;
    job->walk = job->step = job->strikes = job->damaged = 0;
    job->again_at = 0;
    job->node = t->engine->node;
    job->number = t->in->device_len != 0 ? t->dev->number : t->user->number;
    job->subject = subject;
    job->name = INPUT(t, name);
    job->actor = INPUT(t, actor);
    job->cursor = hsvc__str_of(NULL, 0);
    hsvc__touch(job);
}

/* A user's associations end with the user; the devices where the headsets are learn of it from the sweep (USER-1). */
void hsvc__do_free_headsets(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    for (uint32_t i = 0; i < t->user->headset_list.count; i++) {
        t->headset = hsvc__headset_of(t, t->user->headset_list.at[i]);
        hsvc__tell_association(t, hsvc__str_of(NULL, 0), t->user->id);
        t->headset->owner = hsvc__str_of(NULL, 0);
        t->headset->owner_number = 0;
        hsvc__touch(t->headset);
        t->engine->tally.associations++;
    }
}

/* What is left of a removed user is what the sweep needs: which serials, and where. */
void hsvc__do_mark_user(struct hsvc__turn *t, int64_t arg) {
    struct hsvc__user *user = t->user;
    (void)arg;
    hsvc__do_clear_failures(t, 0);
    user->rec.marked = 1;
    user->gone = HSVC__USER_REMOVED;
    user->disabled = 1;
    user->profile_list.count = 0;
    user->set.count = 0;
    user->recent.count = 0;
    user->last_profile = hsvc__str_of(NULL, 0);
}

/* ---- the sweep ---- */
/* The user's headsets here are nobody's now; they have had their turn, and the screen of one goes (ASSOC-7). */
void hsvc__do_free_entries(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    for (uint32_t i = 0; i < t->dev->present_count; i++) {
        struct hsvc__present *one = &t->dev->presents[i];
        if (!hsvc__fold_eq(one->owner, t->job->subject)) continue;
        one->owner = hsvc__str_of(NULL, 0);
        hsvc__touch(t->dev);
        hsvc__raise_event(t, HSVC__MACHINE_prompt, HSVC_EVENT_owner_changed, 0, t->dev, hsvc__headset_of(t, one->serial), t->user);
    }
}

/* A device whose owner is gone is nobody's. */
void hsvc__do_forget_user(struct hsvc__turn *t, int64_t arg) {
    struct hsvc__device *dev = t->dev;
    (void)arg;
    if (hsvc__fold_eq(dev->verify_user, t->job->subject)) {
        dev->verify_user = hsvc__str_of(NULL, 0);
        hsvc__touch(dev);
    }
    for (uint32_t i = 0; i < dev->check_count; i++) {
        if (!hsvc__fold_eq(dev->checks[i].user, t->job->subject)) continue;
        dev->checks[i].user = hsvc__str_of(NULL, 0);
        hsvc__touch(dev);
    }
    if (hsvc__fold_eq(dev->prompt_user, t->job->subject)) {
        dev->prompt_user = hsvc__str_of(NULL, 0);
        hsvc__touch(dev);
    }
    if (hsvc__fold_eq(dev->last_user, t->job->subject)) {
        dev->last_user = hsvc__str_of(NULL, 0);
        hsvc__touch(dev);
    }
    if (!hsvc__fold_eq(dev->related_user, t->job->subject)) return;
    dev->related_user = hsvc__str_of(NULL, 0);
    dev->kind = HSVC_DEVICE_ANONYMOUS;
    hsvc__touch(dev);
}

void hsvc__do_drop_skip(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    t->skip->rec.removed = 1;
}
void hsvc__do_drop_user(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    hsvc__marked_user(t, t->job->subject)->rec.removed = 1;
}
