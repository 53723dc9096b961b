/* guards_jobs.c: questions about jobs and renames. Pure: they change nothing. */
#include "rules/ask.h"

/* ---- jobs ---- */
/* By another node's clock it may have begun later than that, and was there all the same (decision 181). */
int hsvc__is_session_began_since(struct hsvc__turn *t) {
    int64_t skew = t->engine->node_count > 1 ? t->engine->policy.values[HSVC_PARAM_CLOCK_SKEW_MAX] : 0;
    return t->dev->signed_in_at > t->job->created_at + skew;
}
int hsvc__is_user_is_being_swept(struct hsvc__turn *t) { return t->user->gone != 0; }
int hsvc__is_session_user_is_gone(struct hsvc__turn *t) { return !hsvc__session_user(t)->rec.present; }
int hsvc__is_skip_is_void(struct hsvc__turn *t) {
    return t->skip->associations != hsvc__headset_of(t, t->skip->serial)->associations;
}

/* ---- renames ---- */
int hsvc__is_name_is_the_same(struct hsvc__turn *t) {
    return hsvc__fold_eq(INPUT(t, name), t->in->user_len != 0 ? INPUT(t, user) : INPUT(t, device));
}
int hsvc__is_other_device_has_the_name(struct hsvc__turn *t) { return hsvc__device_of(t, INPUT(t, name))->rec.present != 0; }
int hsvc__is_other_user_has_the_id(struct hsvc__turn *t) { return hsvc__user_of(t, INPUT(t, name))->rec.present != 0; }
int hsvc__is_id_is_being_swept(struct hsvc__turn *t) { return hsvc__user_of(t, INPUT(t, name))->gone != 0; }
int hsvc__is_user_is_being_renamed(struct hsvc__turn *t) { return t->user->other_id.n != 0; }
/* Jobs know the user by the id that they began with. */
int hsvc__is_user_has_jobs(struct hsvc__turn *t) {
    return hsvc__is_user_is_being_renamed(t) || hsvc__job_of(t, HSVC_JOB_USER, t->user->id)->rec.present ||
           hsvc__job_of(t, HSVC_JOB_FORCED_USER, t->user->id)->rec.present;
}
int hsvc__is_device_is_being_swept(struct hsvc__turn *t) {
    return hsvc__job_of(t, HSVC_JOB_DEVICE_REMOVED, t->dev->name)->rec.present != 0;
}
static int renames_from(struct hsvc__turn *t, hsvc__str name) { return hsvc__job_of(t, HSVC_JOB_DEVICE_RENAMED, name)->rec.present != 0; }
int hsvc__is_device_name_is_being_swept(struct hsvc__turn *t) { return renames_from(t, t->dev->name) || renames_from(t, INPUT(t, name)); }
int hsvc__is_device_has_session(struct hsvc__turn *t) { return t->dev->session != 0; }
int hsvc__is_headset_was_there_since(struct hsvc__turn *t) { return t->headset->event_at > t->job->created_at; }
