/* codes.h: every number of the interface. Generated from the registries in lib/ by lib/gen/codes.c; do not edit.
 * SPDX-License-Identifier: MIT */
#ifndef HEADSETSVC_CODES_H
#define HEADSETSVC_CODES_H

/* Status: why a call failed. Never reused; more may come. At or below -500: fatal, make a new engine. */
#define HSVC_OK                                      0 /* done */
#define HSVC_ERR_ARGUMENT                            (-1) /* a required argument is missing or absurd */
#define HSVC_ERR_STRUCT_SIZE                         (-2) /* struct_size is impossible */
#define HSVC_ERR_STRUCT_TAIL                         (-3) /* a newer caller used a field this library does not know */
#define HSVC_ERR_INPUT_KIND                          (-4) /* no such kind of input */
#define HSVC_ERR_INPUT_FIELD                         (-5) /* a field is set that this kind of input does not use */
#define HSVC_ERR_INPUT_MISSING                       (-6) /* a field is missing that this kind of input needs */
#define HSVC_ERR_INPUT_VALUE                         (-7) /* a number is outside the closed list of its field */
#define HSVC_ERR_FLAGS                               (-8) /* an unknown flag bit is set */
#define HSVC_ERR_REENTRANT                           (-9) /* the engine was entered from its own callback */
#define HSVC_ERR_LIMIT                               (-10) /* the batch is larger than one commit can hold */
#define HSVC_ERR_NOT_FOUND                           (-11) /* there is no such record */
#define HSVC_ERR_MEMORY                              (-20) /* the allocator gave no memory */
#define HSVC_ERR_CLOCK                               (-21) /* the clock failed */
#define HSVC_ERR_CALLBACK                            (-22) /* a callback broke its contract */
#define HSVC_ERR_CONFLICT                            (-30) /* the records kept changing under us */
#define HSVC_ERR_UNAVAILABLE                         (-31) /* the store is not reachable */
#define HSVC_ERR_UNKNOWN                             (-32) /* nobody knows whether the commit happened */
#define HSVC_ERR_FULL                                (-33) /* the store is full */
#define HSVC_ERR_CORRUPT                             (-34) /* a record is damaged or of an unknown version */
#define HSVC_ERR_EPOCH                               (-35) /* the store is older than the host knows */
#define HSVC_ERR_DIFFERENT                           (-40) /* the replay went another way than the recording */
#define HSVC_ERR_BUG                                 (-500) /* the library contradicted itself */

/* Limits */
#define HSVC_LIMIT_USER_ID_LEN                       128 /* bytes, ID-1 */
#define HSVC_LIMIT_NAME_LEN                          128 /* bytes, ID-1 */
#define HSVC_LIMIT_SERIAL_LEN                        132 /* bytes, ID-1 */
#define HSVC_LIMIT_PIN_LEN                           128 /* bytes, SIGN-9 */
#define HSVC_LIMIT_TEXT_LEN                          4096 /* bytes, POL-2 */
#define HSVC_LIMIT_PROFILES_PER_USER                 16 /* profiles, SAFE-6 */
#define HSVC_LIMIT_HEADSETS_PER_USER                 15 /* headsets, ASSOC-1 */
#define HSVC_LIMIT_SESSIONS_PER_USER                 16 /* sessions, MULTI-1 */
#define HSVC_LIMIT_PRESENCE_PER_DEVICE               32 /* handles, PRES-4 */
#define HSVC_LIMIT_REPORTS_PER_HOLD                  96 /* reports, PRES-8 */
#define HSVC_LIMIT_FLAP_HOLD                         10 /* windows, PRES-8 */
#define HSVC_LIMIT_PLACES_PER_SERIAL                 4 /* devices, PRES-7 */
#define HSVC_LIMIT_ALIASES_PER_HEADSET               4 /* serials, ID-7 */
#define HSVC_LIMIT_CALLS_PER_DEVICE                  32 /* calls, OUT-6 */
#define HSVC_LIMIT_APPLY_RETRIES                     3 /* retries, PROF-2 */
#define HSVC_LIMIT_SETTLINGS                         3 /* settlings, TIME-7 */
#define HSVC_LIMIT_APPLY_BACKOFF                     5000 /* ms, PROF-2 */
#define HSVC_LIMIT_EARLIER_CHECKS                    8 /* checks, SIGN-8 */
#define HSVC_LIMIT_RECENT_REQUESTS                   8 /* requests, STORE-4 */
#define HSVC_LIMIT_RAISES                            72 /* raises, SAFE-5 */
#define HSVC_LIMIT_STEPS                             128 /* steps, SAFE-5 */
#define HSVC_LIMIT_ATTEMPTS                          8 /* attempts, STORE-4 */
#define HSVC_LIMIT_RECORDS_PER_CALL                  256 /* records, STORE-3 */
#define HSVC_LIMIT_OPS_PER_COMMIT                    64 /* operations, STORE-3 */
#define HSVC_LIMIT_KEY_LEN                           512 /* bytes, STORE-3 */
#define HSVC_LIMIT_VALUE_LEN                         65536 /* bytes, STORE-3 */
#define HSVC_LIMIT_INPUTS_PER_BATCH                  32768 /* inputs, SAFE-5 */
#define HSVC_LIMIT_ITEMS_PER_INPUT                   64 /* items, SAFE-5 */
#define HSVC_LIMIT_ADVANCE_DEVICES                   64 /* devices, TIME-3 */
#define HSVC_LIMIT_DEVICES_AT_ONCE                   8 /* devices, USER-2 */
#define HSVC_LIMIT_RESYNC_DEVICES                    64 /* devices, STORE-6 */
#define HSVC_LIMIT_ADVANCE_JOBS                      4 /* jobs, STORE-3 */
#define HSVC_LIMIT_JOBS_SEEN                         16 /* jobs, STORE-3 */
#define HSVC_LIMIT_JOB_SLICE                         32 /* records, STORE-3 */
#define HSVC_LIMIT_JOB_AGAIN                         60000 /* ms, STORE-3 */
#define HSVC_LIMIT_JOB_PATIENCE                      10000 /* ms, STORE-5 */
#define HSVC_LIMIT_FIRINGS                           128 /* deadlines, TIME-3 */
#define HSVC_LIMIT_WAITS_AT_ONCE                     4 /* headsets, STORE-3 */
#define HSVC_LIMIT_CLOCK_JUMP                        300000 /* ms, TIME-4 */
#define HSVC_LIMIT_OVERRIDES                         42 /* parameters, POL-3 */
#define HSVC_LIMIT_WINDOW                            900000 /* ms, OUT-15 */
#define HSVC_LIMIT_EXPLAINED                         128 /* items, OBS-2 */
#define HSVC_LIMIT_INVENTORY_ROWS                    256 /* rows, INV-4 */
#define HSVC_LIMIT_INVENTORY_SCAN                    512 /* records, INV-4 */
#define HSVC_LIMIT_INVENTORY_MODELS                  256 /* models, INV-4 */
#define HSVC_LIMIT_AUDIT_PAGE                        1024 /* entries, OBS-3 */
#define HSVC_LIMIT_BULK_RECORD                       65536 /* bytes, BULK-2 */
#define HSVC_LIMIT_BULK_COLUMNS                      32 /* columns, BULK-2 */
#define HSVC_LIMIT_BULK_BATCH                        64 /* rows, BULK-2 */
#define HSVC_LIMIT_BULK_PROGRESS                     1000 /* rows, BULK-7 */
#define HSVC_LIMIT_BULK_ROW_BYTES                    16 /* bytes, BULK-2 */
#define HSVC_LIMIT_STRUCT_SIZE                       4096 /* bytes, SAFE-5 */
#define HSVC_LIMIT_TIME                              INT64_C(253402300799999) /* ms, TIME-1 */

/* Kinds of input */
#define HSVC_INPUT_DEVICE_PUT                        101 /* a device is created, or its fields are replaced */
#define HSVC_INPUT_DEVICE_REMOVE                     102 /* a device is removed */
#define HSVC_INPUT_DEVICE_RENAME                     103 /* a device takes a new name */
#define HSVC_INPUT_DEVICE_REGISTERED                 104 /* a device registered and says what it wears */
#define HSVC_INPUT_DEVICE_UNREGISTERED               105 /* a device lost its registration */
#define HSVC_INPUT_PROFILE_APPLIED                   106 /* a device acknowledged a profile generation */
#define HSVC_INPUT_PROFILE_FAILED                    107 /* a device could not take a profile generation */
#define HSVC_INPUT_WIPE_DONE                         108 /* a device finished wiping */
#define HSVC_INPUT_USER_ACTIVITY                     109 /* somebody uses the phone: off-hook, a key, another id typed */
#define HSVC_INPUT_HEADSET_CONNECTED                 121 /* a headset appeared at a device */
#define HSVC_INPUT_HEADSET_DISCONNECTED              122 /* a headset disappeared from a device */
#define HSVC_INPUT_PRESENCE_SNAPSHOT                 123 /* all headsets now at a device */
#define HSVC_INPUT_PRESENCE_ANSWER                   124 /* the host's answer to REPORT_PRESENCE */
#define HSVC_INPUT_UPDATE_BEGIN                      125 /* a headset's firmware update began */
#define HSVC_INPUT_UPDATE_END                        126 /* a headset's firmware update ended */
#define HSVC_INPUT_HEADSET_DELETE                    127 /* a headset's inventory record is deleted */
#define HSVC_INPUT_HEADSET_ALIAS                     128 /* two serials are one headset */
#define HSVC_INPUT_CALL_BEGUN                        141 /* a call began: ringing, active or held */
#define HSVC_INPUT_CALL_CHANGED                      142 /* a call changed its phase */
#define HSVC_INPUT_CALL_ENDED                        143 /* a call ended */
#define HSVC_INPUT_CALL_SNAPSHOT                     144 /* all calls now at a device */
#define HSVC_INPUT_CALL_ANSWER                       145 /* the host's answer to REPORT_CALLS */
#define HSVC_INPUT_SUBMIT                            161 /* user id, PIN and perhaps a profile were entered */
#define HSVC_INPUT_CHOOSE_PROFILE                    162 /* a profile was chosen */
#define HSVC_INPUT_SIGN_IN                           163 /* Sign in was pressed on a prompt */
#define HSVC_INPUT_SIGN_OUT                          164 /* Sign out was pressed on a prompt */
#define HSVC_INPUT_YES                               165 /* Yes was pressed */
#define HSVC_INPUT_NO                                166 /* No was pressed */
#define HSVC_INPUT_CANCEL                            167 /* Cancel was pressed */
#define HSVC_INPUT_EXIT                              168 /* Exit was pressed */
#define HSVC_INPUT_EXTEND                            169 /* Stay signed in was pressed */
#define HSVC_INPUT_MENU_ASSOCIATE                    171 /* the menu entry Associate user */
#define HSVC_INPUT_MENU_SIGN_IN                      172 /* the menu entry Sign in with headset */
#define HSVC_INPUT_MENU_SIGN_IN_BY_HAND              173 /* the menu entry Sign in by hand */
#define HSVC_INPUT_MENU_SIGN_OUT                     174 /* the menu entry Sign out */
#define HSVC_INPUT_VERIFY_RESULT                     181 /* the host's answer to VERIFY_PIN */
#define HSVC_INPUT_EFFECT_ACK                        182 /* the host has shown a prompt, a cleared screen or a menu */
#define HSVC_INPUT_USER_PUT                          201 /* a user is created, or the fields are replaced */
#define HSVC_INPUT_USER_REMOVE                       202 /* a user is removed */
#define HSVC_INPUT_USER_RENAME                       203 /* a user takes a new id */
#define HSVC_INPUT_USER_ERASE                        204 /* a person's data is erased */
#define HSVC_INPUT_USER_UNLOCK                       205 /* a user's or a device's lock is lifted */
#define HSVC_INPUT_ASSOCIATE                         206 /* an administrator associates a serial with a user */
#define HSVC_INPUT_DISASSOCIATE                      207 /* an administrator frees a serial */
#define HSVC_INPUT_MOVE                              208 /* an administrator moves a serial from one user to another */
#define HSVC_INPUT_ASSOCIATE_DEVICE_OWNER            209 /* a serial goes to the owner of the device where it is */
#define HSVC_INPUT_POLICY_SET                        210 /* a parameter is set at a scope */
#define HSVC_INPUT_POLICY_UNSET                      211 /* a parameter is unset at a scope */
#define HSVC_INPUT_FORCE_SIGN_OUT                    212 /* an administrator signs a device out */
#define HSVC_INPUT_INVENTORY_DELETE                  213 /* inventory records are deleted */
#define HSVC_INPUT_AUDIT_PRUNE                       214 /* old audit entries are dropped */
#define HSVC_INPUT_SIGN_IN_USER                      215 /* a user whom the host has authenticated is signed in */

/* Kinds of effect */
#define HSVC_EFFECT_SHOW_PROMPT                      301 /* show a prompt on the device */
#define HSVC_EFFECT_CLEAR_PROMPT                     302 /* take a prompt off the device; reason says why */
#define HSVC_EFFECT_MENU_STATE                       303 /* flags say which menu entries are enabled */
#define HSVC_EFFECT_MESSAGE                          304 /* show a short message: reason */
#define HSVC_EFFECT_APPLY_PROFILE                    305 /* give the device this profile at this generation; it resets */
#define HSVC_EFFECT_WIPE                             306 /* remove the previous user's traces before this generation is usable */
#define HSVC_EFFECT_VERIFY_PIN                       307 /* check user id and PIN; the PIN is wiped when the batch is reset */
#define HSVC_EFFECT_CHANGE_PIN                       308 /* the user must change the PIN */
#define HSVC_EFFECT_REPORT_PRESENCE                  309 /* ask the device whether this headset is there */
#define HSVC_EFFECT_REPORT_CALLS                     310 /* ask the device which calls it has */
#define HSVC_EFFECT_SESSION_STARTED                  311 /* a session began */
#define HSVC_EFFECT_SESSION_ENDED                    312 /* a session ended; cause says why */
#define HSVC_EFFECT_ASSOCIATION_CHANGED              313 /* a serial has another owner, or none */
#define HSVC_EFFECT_NOTICE                           314 /* something an operator should know: reason */

/* Prompts */
#define HSVC_PROMPT_ASSOCIATE                        401 /* Associate headset to user */
#define HSVC_PROMPT_SKIP_CONFIRM                     402 /* Do not associate this headset? */
#define HSVC_PROMPT_ASSOCIATED                       403 /* Headset associated */
#define HSVC_PROMPT_ERROR                            404 /* Association failed */
#define HSVC_PROMPT_SIGN_IN_PIN                      405 /* Sign in */
#define HSVC_PROMPT_COUNTDOWN                        406 /* Signing in */
#define HSVC_PROMPT_CHOOSE_PROFILE                   407 /* Choose a profile */
#define HSVC_PROMPT_SIGN_OUT_OTHER                   408 /* Sign out the other user? */
#define HSVC_PROMPT_SIGN_OUT                         409 /* Sign out? */
#define HSVC_PROMPT_EM_SIGN_IN                       410 /* Extension Mobility sign-in */
#define HSVC_PROMPT_EM_SIGN_OUT                      411 /* Extension Mobility sign-out */

/* Causes of a session's end */
#define HSVC_CAUSE_ADMIN                             501 /* an administrator signed the user out */
#define HSVC_CAUSE_USER_REMOVED                      502 /* the user was removed */
#define HSVC_CAUSE_OTHER_LOGIN                       503 /* the user signed in elsewhere */
#define HSVC_CAUSE_TAKEOVER                          504 /* another user took the phone over */
#define HSVC_CAUSE_MAX_TIME                          505 /* the maximum login time is over */
#define HSVC_CAUSE_USER                              506 /* the user signed out */
#define HSVC_CAUSE_WINDOW                            507 /* the headset stayed away for the whole window */
#define HSVC_CAUSE_USER_DISABLED                     508 /* the user was disabled */
#define HSVC_CAUSE_DEVICE_REMOVED                    509 /* the device was removed */
#define HSVC_CAUSE_PROFILE_REMOVED                   510 /* the worn profile was removed */
#define HSVC_CAUSE_APPLY_FAILED                      511 /* the device could not take the profile */
#define HSVC_CAUSE_UNREACHABLE                       512 /* the device stayed away too long */
#define HSVC_CAUSE_OWNER_RETURNED                    513 /* the device's owner came back */

/* Small closed lists */
#define HSVC_VERIFY_OK                               1 /* the PIN is right */
#define HSVC_VERIFY_WRONG                            2 /* the PIN is wrong */
#define HSVC_VERIFY_USER_UNKNOWN                     3 /* the directory does not know the user */
#define HSVC_VERIFY_NO_CREDENTIAL                    4 /* the user has no PIN */
#define HSVC_VERIFY_LOCKED                           5 /* the directory has locked the user */
#define HSVC_VERIFY_DISABLED                         6 /* the directory has disabled the user */
#define HSVC_VERIFY_EXPIRED                          7 /* the PIN has expired */
#define HSVC_VERIFY_MUST_CHANGE                      8 /* the PIN must be changed first */
#define HSVC_VERIFY_UNAVAILABLE                      9 /* the directory cannot be asked */
#define HSVC_CALL_RINGING                            1 /* not answered yet */
#define HSVC_CALL_ACTIVE                             2 /* talking */
#define HSVC_CALL_HELD                               3 /* on hold */
#define HSVC_LOST_UNPLUGGED                          1 /* unplugged */
#define HSVC_LOST_POWERED_OFF                        2 /* powered off */
#define HSVC_LOST_OUT_OF_RANGE                       3 /* out of range */
#define HSVC_PRESENCE_THERE                          1 /* the headset is there */
#define HSVC_PRESENCE_NOT_THERE                      2 /* the headset is not there */
#define HSVC_DEVICE_ANONYMOUS                        1 /* belongs to nobody */
#define HSVC_DEVICE_SHARED                           2 /* stands in a shared space; the related user is a suggestion */
#define HSVC_DEVICE_OWNED                            3 /* belongs to the related user */
#define HSVC_SCOPE_GLOBAL                            1 /* everywhere */
#define HSVC_SCOPE_SITE                              2 /* one site */
#define HSVC_SCOPE_DEVICE                            3 /* one device */
#define HSVC_SCOPE_USER                              4 /* one user */
#define HSVC_SUBJECT_DEVICE                          1 /* a device */
#define HSVC_SUBJECT_USER                            2 /* a user */
#define HSVC_SUBJECT_HEADSET                         3 /* a headset */
#define HSVC_SUBJECT_POLICY                          4 /* the policy, everywhere or of one site */
#define HSVC_EXPLAINED_STATE                         1 /* in which state it is */
#define HSVC_EXPLAINED_FACT                          2 /* what its record says */
#define HSVC_EXPLAINED_PLACE                         3 /* a device that it is at */
#define HSVC_EXPLAINED_CAUSE                         4 /* why its session ends when the last call has */
#define HSVC_EXPLAINED_DEADLINE                      5 /* what time will do */
#define HSVC_EXPLAINED_POLICY                        6 /* a parameter, and the scope that decided it */
#define HSVC_EXPLAINED_VERDICT                       7 /* what was decided last */
#define HSVC_HEADSET_UNKNOWN                         1 /* unknown type */
#define HSVC_HEADSET_WIRED                           2 /* wired */
#define HSVC_HEADSET_DECT                            3 /* DECT wireless */
#define HSVC_HEADSET_BLUETOOTH                       4 /* Bluetooth */

/* Fields of hsvc_input, for hsvc_verdict.field and hsvc_problem.field */
#define HSVC_FIELD_DEVICE                            1 /* device name */
#define HSVC_FIELD_SERIAL                            2 /* headset serial */
#define HSVC_FIELD_USER                              3 /* user id */
#define HSVC_FIELD_PROFILE                           4 /* profile name */
#define HSVC_FIELD_NAME                              5 /* new name or id, or the user that a headset is moved from */
#define HSVC_FIELD_SITE                              6 /* site */
#define HSVC_FIELD_MODEL                             7 /* model */
#define HSVC_FIELD_FIRMWARE                          8 /* firmware */
#define HSVC_FIELD_VENDOR                            9 /* vendor */
#define HSVC_FIELD_DOCK                              10 /* dock model */
#define HSVC_FIELD_TEXT                              11 /* the value of a text parameter: patterns, one a line */
#define HSVC_FIELD_PIN                               12 /* PIN */
#define HSVC_FIELD_HANDLE                            13 /* connection handle */
#define HSVC_FIELD_PROMPT_ID                         14 /* id of the prompt that is answered */
#define HSVC_FIELD_GENERATION                        15 /* profile generation */
#define HSVC_FIELD_CALL_ID                           16 /* call id */
#define HSVC_FIELD_REQUEST                           17 /* id of the request that is answered */
#define HSVC_FIELD_VALUE                             18 /* the value of a parameter */
#define HSVC_FIELD_NODE                              19 /* node */
#define HSVC_FIELD_STATE                             20 /* a value of a small closed list: answers.def */
#define HSVC_FIELD_PARAM                             21 /* policy parameter */
#define HSVC_FIELD_FLAGS                             22 /* HSVC_FLAG_ bits of the kind */
#define HSVC_FIELD_ITEMS                             23 /* snapshot or list */
#define HSVC_FIELD_RELATED_USER                      24 /* the device's related user or owner */
#define HSVC_FIELD_LOCATION                          25 /* emergency location */
#define HSVC_FIELD_HEADSET_TEMPLATE                  26 /* the headset's template */
#define HSVC_FIELD_ALIAS                             27 /* another serial of the headset */
#define HSVC_FIELD_AT_MS                             31 /* when it happened */
#define HSVC_FIELD_ACTOR                             32 /* who asks for it */

/* Policy parameters */
#define HSVC_PARAM_PRESET                            1 /* POL-1 */
#define HSVC_PARAM_HEADSET_EM                        2 /* POL-3 */
#define HSVC_PARAM_ASSOCIATION_PROMPT                3 /* PROMPT-1 */
#define HSVC_PARAM_MANUAL_ASSOCIATION_WHEN_NEVER     4 /* POL-1 */
#define HSVC_PARAM_EM_SCREEN_WHEN_DENIED             5 /* DENY-1 */
#define HSVC_PARAM_ASSOCIATION_ATTEMPTS_MAX          6 /* PROMPT-2 */
#define HSVC_PARAM_PIN_ENTRY                         7 /* AUTO-1 */
#define HSVC_PARAM_AUTO_SIGN_IN_AFTER                8 /* AUTO-1 */
#define HSVC_PARAM_AUTO_SIGN_OUT_AFTER               9 /* OUT-1 */
#define HSVC_PARAM_CANCEL_ON_SIGN_OUT_PROMPT         10 /* OUT-2 */
#define HSVC_PARAM_KEEP_MAX                          11 /* OUT-2 */
#define HSVC_PARAM_SIGN_OUT_DURING_CALL              12 /* TAKE-4 */
#define HSVC_PARAM_TAKEOVER_COMMIT                   13 /* TAKE-2 */
#define HSVC_PARAM_RESIGN_IN_AFTER_SIGN_OUT          14 /* AUTO-4 */
#define HSVC_PARAM_HEADSETS_PER_USER_MAX             15 /* ASSOC-1 */
#define HSVC_PARAM_MULTIPLE_LOGIN                    16 /* MULTI-1 */
#define HSVC_PARAM_MAX_LOGIN_TIME                    17 /* POL-5 */
#define HSVC_PARAM_REMEMBER_LAST_USER                18 /* PROMPT-1 */
#define HSVC_PARAM_LOCKOUT_FAILURES                  19 /* SIGN-7 */
#define HSVC_PARAM_LOCKOUT_RESET_AFTER               20 /* SIGN-7 */
#define HSVC_PARAM_LOCKOUT_DURATION                  21 /* SIGN-7 */
#define HSVC_PARAM_DEVICE_FAILURES_MAX               22 /* LOCK-1 */
#define HSVC_PARAM_PROMPT_TIMEOUT                    23 /* PROMPT-7 */
#define HSVC_PARAM_VERIFY_TIMEOUT                    24 /* SIGN-8 */
#define HSVC_PARAM_RESET_TIMEOUT                     25 /* SIGN-5 */
#define HSVC_PARAM_PRESENCE_SETTLE                   26 /* PRES-1 */
#define HSVC_PARAM_UNREGISTERED_MAX                  27 /* OUT-14 */
#define HSVC_PARAM_CALL_DEFERRAL_MAX                 28 /* OUT-6 */
#define HSVC_PARAM_EMERGENCY_HOLD                    29 /* SAFE-2 */
#define HSVC_PARAM_SIGN_OUT_WARNING                  30 /* OUT-15 */
#define HSVC_PARAM_FLAP_CONNECTS                     31 /* PRES-8 */
#define HSVC_PARAM_FLAP_WINDOW                       32 /* PRES-8 */
#define HSVC_PARAM_UPDATE_MAX                        33 /* ASSOC-10 */
#define HSVC_PARAM_BACKDATE_MAX                      34 /* TIME-2 */
#define HSVC_PARAM_MIN_FIRMWARE                      35 /* SIGN-1 */
#define HSVC_PARAM_SUPPORTED_MODELS                  36 /* SIGN-1 */
#define HSVC_PARAM_SERIAL_REJECT_LIST                37 /* ID-3 */
#define HSVC_PARAM_INVENTORY_ACTIVE_DAYS             38 /* INV-3 */
#define HSVC_PARAM_CLOCK_SKEW_MAX                    39 /* TIME-4 */
#define HSVC_PARAM_BULK_ATOMIC_MAX                   40 /* BULK-4 */
#define HSVC_PARAM_BULK_ROWS_MAX                     41 /* BULK-2 */
#define HSVC_PARAM_AUDIT_KEEP_MAX                    42 /* OBS-3 */

/* Values of choice parameters */
#define HSVC_CHOICE_PRESET_GUIDE                     0 /* preset */
#define HSVC_CHOICE_PRESET_CUCM_EN                   1 /* preset */
#define HSVC_CHOICE_HEADSET_EM_ALLOW                 0 /* headset_em */
#define HSVC_CHOICE_HEADSET_EM_DENY                  1 /* headset_em */
#define HSVC_CHOICE_ASSOCIATION_PROMPT_ALL_DEVICES   0 /* association_prompt */
#define HSVC_CHOICE_ASSOCIATION_PROMPT_EM_DEVICES_ONLY 1 /* association_prompt */
#define HSVC_CHOICE_ASSOCIATION_PROMPT_NEVER         2 /* association_prompt */
#define HSVC_CHOICE_MANUAL_ASSOCIATION_WHEN_NEVER_OFF 0 /* manual_association_when_never */
#define HSVC_CHOICE_MANUAL_ASSOCIATION_WHEN_NEVER_ON 1 /* manual_association_when_never */
#define HSVC_CHOICE_EM_SCREEN_WHEN_DENIED_OFF        0 /* em_screen_when_denied */
#define HSVC_CHOICE_EM_SCREEN_WHEN_DENIED_ON         1 /* em_screen_when_denied */
#define HSVC_CHOICE_PIN_ENTRY_NOT_REQUIRED           0 /* pin_entry */
#define HSVC_CHOICE_PIN_ENTRY_REQUIRED               1 /* pin_entry */
#define HSVC_CHOICE_CANCEL_ON_SIGN_OUT_PROMPT_DISMISS 0 /* cancel_on_sign_out_prompt */
#define HSVC_CHOICE_CANCEL_ON_SIGN_OUT_PROMPT_KEEP   1 /* cancel_on_sign_out_prompt */
#define HSVC_CHOICE_SIGN_OUT_DURING_CALL_DEFER       0 /* sign_out_during_call */
#define HSVC_CHOICE_SIGN_OUT_DURING_CALL_REFUSE      1 /* sign_out_during_call */
#define HSVC_CHOICE_TAKEOVER_COMMIT_ON_SIGN_IN       0 /* takeover_commit */
#define HSVC_CHOICE_TAKEOVER_COMMIT_ON_YES           1 /* takeover_commit */
#define HSVC_CHOICE_RESIGN_IN_AFTER_SIGN_OUT_OFF     0 /* resign_in_after_sign_out */
#define HSVC_CHOICE_RESIGN_IN_AFTER_SIGN_OUT_ON      1 /* resign_in_after_sign_out */
#define HSVC_CHOICE_MULTIPLE_LOGIN_ALLOWED           0 /* multiple_login */
#define HSVC_CHOICE_MULTIPLE_LOGIN_AUTO_SIGN_OUT     1 /* multiple_login */
#define HSVC_CHOICE_MULTIPLE_LOGIN_NOT_ALLOWED       2 /* multiple_login */
#define HSVC_CHOICE_REMEMBER_LAST_USER_OFF           0 /* remember_last_user */
#define HSVC_CHOICE_REMEMBER_LAST_USER_ON            1 /* remember_last_user */

/* States of a session and of a device's profile */
#define HSVC_SESSION_VACANT                          1 /* nobody is signed in: no user, no window, no deferred cause */
#define HSVC_SESSION_SIGNED_IN                       2 /* a user is signed in; no window, no deferred cause */
#define HSVC_SESSION_LINGERING                       3 /* the last headset left; the window has a due time */
#define HSVC_SESSION_KEPT                            4 /* the user kept the session without a headset; it has a due time */
#define HSVC_SESSION_DEFERRED                        5 /* the window is over during a call: the only cause is WINDOW, and a headset's return ends it */
#define HSVC_SESSION_ENDING                          6 /* a stronger cause waits for the last call; not active any more */
#define HSVC_PROFILE_WORN                            1 /* registered, and the desired generation is acknowledged */
#define HSVC_PROFILE_RESETTING                       2 /* a newer generation was sent; disconnects are recorded, not judged; a due time runs */
#define HSVC_PROFILE_SETTLING                        3 /* registered; headsets have until the due time to return */
#define HSVC_PROFILE_AWAY                            4 /* not registered, and no generation was waiting when it left */
#define HSVC_PROFILE_OVERDUE                         5 /* the device did not come back in time: judged as it is, the command stays outstanding */
#define HSVC_PROFILE_RETRYING                        6 /* the device could not take the generation; it is sent again at the due time */

/* Reasons of verdicts, prompts and notices */
#define HSVC_REASON_DONE                             1001 /* done */
#define HSVC_REASON_UNCHANGED                        1002 /* nothing to change */
#define HSVC_REASON_RECORDED                         1003 /* recorded */
#define HSVC_REASON_STILL_PRESENT                    1004 /* another headset or interface of the same user is still here */
#define HSVC_REASON_RESETTING                        1005 /* the device is resetting: recorded, judged afterwards */
#define HSVC_REASON_WINDOW_OPENED                    1006 /* the sign-out window is running */
#define HSVC_REASON_WINDOW_CLOSED                    1007 /* the headset is back: the session goes on */
#define HSVC_REASON_DEFERRED                         1008 /* decided; waits for the end of the call */
#define HSVC_REASON_DEFERRAL_ENDED                   1009 /* the headset is back: the deferred sign-out is off */
#define HSVC_REASON_SIGNED_IN                        1010 /* signed in */
#define HSVC_REASON_SIGNED_OUT                       1011 /* signed out */
#define HSVC_REASON_PIN_ASKED                        1012 /* the PIN is asked for */
#define HSVC_REASON_COUNTDOWN_STARTED                1013 /* the countdown to the sign-in is running */
#define HSVC_REASON_ASSOCIATION_ASKED                1014 /* the device asks whose headset this is */
#define HSVC_REASON_TAKEOVER_ASKED                   1015 /* the device asks whether to sign the other user out */
#define HSVC_REASON_SIGN_OUT_ASKED                   1016 /* the device asks whether to sign out */
#define HSVC_REASON_VERIFYING                        1017 /* the PIN is being verified */
#define HSVC_REASON_ASSOCIATED                       1018 /* the headset is associated */
#define HSVC_REASON_DISASSOCIATED                    1019 /* the headset is free */
#define HSVC_REASON_ALREADY_ASSOCIATED               1020 /* the headset was the user's already */
#define HSVC_REASON_SKIP_ASKED                       1021 /* the device asks whether to leave the headset unassociated */
#define HSVC_REASON_SKIPPED                          1022 /* this headset will not be asked about on this device again */
#define HSVC_REASON_PROMPT_CLOSED                    1023 /* the prompt is closed */
#define HSVC_REASON_PROMPT_TIMEOUT                   1024 /* nobody answered */
#define HSVC_REASON_PROFILE_ASKED                    1025 /* the device asks which profile */
#define HSVC_REASON_DISMISSED                        1026 /* the prompt is gone, the window runs on */
#define HSVC_REASON_KEPT                             1027 /* the session is kept without a headset */
#define HSVC_REASON_WAITING                          1028 /* a prompt is on the screen; this waits for its turn */
#define HSVC_REASON_PROFILE_CONFIRMED                1029 /* the device wears the wanted generation */
#define HSVC_REASON_PROFILE_SENT_AGAIN               1030 /* the device wears an older generation: sent again */
#define HSVC_REASON_SETTLED                          1031 /* who is absent after the reset has left */
#define HSVC_REASON_WIPED                            1032 /* the device is wiped */
#define HSVC_REASON_CALL_NOTED                       1033 /* the call is noted */
#define HSVC_REASON_UNLOCKED                         1034 /* the lock is lifted */
#define HSVC_REASON_POLICY_CHANGED                   1035 /* the policy is changed */
#define HSVC_REASON_COUNTDOWN_ENDED                  1036 /* the countdown ended without a sign-in */
#define HSVC_REASON_HEADSET_PRESENT                  1037 /* presence of the signed-in user */
#define HSVC_REASON_OFFERED_LATER                    1038 /* recorded; offered when the device is ready */
#define HSVC_REASON_PRESENCE_ASKED                   1039 /* recorded; the device is asked whether the headset is there */
#define HSVC_REASON_UPDATING                         1040 /* the headset is updating: recorded, judged when the update is over */
#define HSVC_REASON_CALLS_ASKED                      1041 /* the device is asked which of its calls live */
#define HSVC_REASON_RETRY_PLANNED                    1042 /* the profile will be sent again */
#define HSVC_REASON_JOB_STARTED                      1043 /* accepted; each device will have a verdict of its own */
#define HSVC_REASON_EXTENDED                         1050 /* the sign-out window is longer */
#define HSVC_REASON_HOLD_OVER                        1051 /* the hold after an emergency call is over */
#define HSVC_REASON_HELD                             1060 /* headsets of this device come and go too often: kept, judged when it is quiet */
#define HSVC_REASON_FLAPPING_OVER                    1061 /* the device is quiet again: the last reports are judged */
#define HSVC_REASON_HOST_AUTHENTICATED               1091 /* the host has authenticated the user itself */
#define HSVC_REASON_PARTLY_DONE                      1090 /* some of the list are done, the others are refused, each by a verdict of its own */
#define HSVC_REASON_SERIAL_UNUSABLE                  1101 /* this serial identifies nobody */
#define HSVC_REASON_INVENTORY_ONLY                   1102 /* the headset is inventory only */
#define HSVC_REASON_DEVICE_UNKNOWN                   1103 /* there is no such device */
#define HSVC_REASON_USER_UNKNOWN                     1104 /* there is no such user */
#define HSVC_REASON_USER_DISABLED                    1105 /* the user is disabled */
#define HSVC_REASON_HEADSET_UNKNOWN                  1106 /* there is no such headset */
#define HSVC_REASON_PRESENCE_FULL                    1107 /* too many handles at this device */
#define HSVC_REASON_STALE_EVENT                      1108 /* older than what is known already */
#define HSVC_REASON_HEADSET_IN_USE                   1109 /* the headset is associated already */
#define HSVC_REASON_HEADSET_LIMIT                    1110 /* the user has the most headsets allowed */
#define HSVC_REASON_BUSY_CALL                        1111 /* not during a call */
#define HSVC_REASON_BUSY_UPDATE                      1112 /* not while the headset is updating */
#define HSVC_REASON_BUSY_VERIFYING                   1113 /* a PIN is being verified */
#define HSVC_REASON_BUSY_PROMPT                      1114 /* another prompt is on the screen */
#define HSVC_REASON_BUSY_RESETTING                   1115 /* the device is resetting or not registered */
#define HSVC_REASON_PROMPT_STALE                     1116 /* the answered prompt is not on the screen */
#define HSVC_REASON_ANSWER_INVALID                   1117 /* this prompt has no such answer */
#define HSVC_REASON_EM_DISABLED                      1118 /* extension mobility is off at this device */
#define HSVC_REASON_MODEL_UNSUPPORTED                1119 /* this model is not supported */
#define HSVC_REASON_FIRMWARE_TOO_OLD                 1120 /* the device's firmware is too old */
#define HSVC_REASON_FIRMWARE_UNKNOWN                 1121 /* the device's firmware is unknown */
#define HSVC_REASON_CROSS_CLUSTER                    1122 /* not across clusters */
#define HSVC_REASON_HEADSET_EM_DENIED                1123 /* the policy does not allow sign-in by headset */
#define HSVC_REASON_SIGNED_IN_ELSEWHERE              1124 /* the user is signed in on another device */
#define HSVC_REASON_NO_PROFILE                       1125 /* the user has no profile */
#define HSVC_REASON_PROFILE_UNKNOWN                  1126 /* the user has no such profile */
#define HSVC_REASON_LOCKED_OUT                       1127 /* the user is locked after too many wrong PINs */
#define HSVC_REASON_DEVICE_THROTTLED                 1128 /* the device takes no PIN after too many wrong ones */
#define HSVC_REASON_SAME_USER                        1129 /* headset and device belong to the same user: nothing to sign in to */
#define HSVC_REASON_CREDENTIALS_WRONG                1130 /* user id or PIN is wrong */
#define HSVC_REASON_CREDENTIALS_UNAVAILABLE          1131 /* the PIN cannot be checked now */
#define HSVC_REASON_CREDENTIALS_BLANK                1132 /* user id or PIN is blank */
#define HSVC_REASON_PIN_CHANGE_REQUIRED              1133 /* the PIN must be changed first */
#define HSVC_REASON_REQUEST_STALE                    1134 /* the answered request is not pending */
#define HSVC_REASON_ATTEMPTS_EXHAUSTED               1135 /* too many invalid entries */
#define HSVC_REASON_PROMPT_NEVER                     1136 /* the policy shows no association prompt here */
#define HSVC_REASON_SKIP_REMEMBERED                  1137 /* this headset was skipped on this device */
#define HSVC_REASON_NO_HEADSET                       1138 /* no usable headset is connected */
#define HSVC_REASON_NO_SESSION                       1139 /* nobody is signed in here */
#define HSVC_REASON_SESSION_ENDING                   1140 /* the session here is about to end */
#define HSVC_REASON_ANOTHER_USER                     1141 /* another user is signed in here */
#define HSVC_REASON_GENERATION_NEWER                 1142 /* the device claims a generation that was never given */
#define HSVC_REASON_OUT_OF_RANGE                     1143 /* the value is outside the parameter's limits */
#define HSVC_REASON_SCOPE_INVALID                    1144 /* the parameter has no such scope */
#define HSVC_REASON_PARAMETER_UNKNOWN                1145 /* there is no such parameter */
#define HSVC_REASON_TEXT_EMPTY                       1146 /* the text is empty */
#define HSVC_REASON_TEXT_TOO_LONG                    1147 /* the text is too long */
#define HSVC_REASON_TEXT_NOT_UTF8                    1148 /* the text is not valid UTF-8 */
#define HSVC_REASON_TEXT_CONTROL                     1149 /* the text has a control character */
#define HSVC_REASON_LIST_FULL                        1150 /* the list is full */
#define HSVC_REASON_SERIAL_ELSEWHERE                 1151 /* the serial is reported at too many other devices */
#define HSVC_REASON_NOT_OWNER                        1152 /* the headset is not that user's */
#define HSVC_REASON_NOT_ASSOCIATED                   1153 /* the headset belongs to nobody */
#define HSVC_REASON_NOT_PERMITTED                    1155 /* the actor may not do this */
#define HSVC_REASON_KEY_REUSED                       1156 /* this request id was used for another input */
#define HSVC_REASON_NOT_SUPPORTED_YET                1157 /* this version does not do that yet */
#define HSVC_REASON_MENU_DISABLED                    1158 /* the menu entry is disabled by policy */
#define HSVC_REASON_NO_EXTENSION                     1170 /* the sign-out window cannot be extended, or not again */
#define HSVC_REASON_EMERGENCY_HOLD                   1171 /* no sign-in so soon after an emergency call: the device must not reset */
#define HSVC_REASON_BUSY_JOB                         1180 /* an earlier change is still being worked off */
#define HSVC_REASON_NAME_TAKEN                       1181 /* another has that name already */
#define HSVC_REASON_LIST_REFUSED                     1190 /* every one of the list is refused, each by a verdict of its own */
#define HSVC_REASON_NO_DEVICE_OWNER                  1191 /* the headset is at no device that belongs to a user */
#define HSVC_REASON_ALIAS_TAKEN                      1192 /* the serial is another headset's alias, or has aliases itself */
#define HSVC_REASON_HEADSET_CONNECTED                1193 /* not while this serial's headset is connected */
#define HSVC_REASON_BULK_LINE_BLANK                  1301 /* the line is blank */
#define HSVC_REASON_BULK_CELLS                       1302 /* the row has more or fewer cells than the header */
#define HSVC_REASON_BULK_RECORD_LONG                 1303 /* the row is too long */
#define HSVC_REASON_BULK_QUOTE_OPEN                  1304 /* a quote is never closed */
#define HSVC_REASON_BULK_QUOTE_STRAY                 1305 /* a quote stands inside a cell */
#define HSVC_REASON_BULK_TWICE                       1306 /* the file says this more than once */
#define HSVC_REASON_BULK_WORD                        1307 /* the cell is none of the words that its column may have */
#define HSVC_REASON_SERIAL_SUSPECT                   1308 /* a spreadsheet has turned the serial into a number */
#define HSVC_REASON_BULK_HEADER_MISSING              1310 /* the header lacks a column */
#define HSVC_REASON_BULK_HEADER_UNKNOWN              1311 /* the header has a column that this kind of file does not have */
#define HSVC_REASON_BULK_HEADER_TWICE                1312 /* the header names a column twice */
#define HSVC_REASON_BULK_UTF16                       1313 /* the file is UTF-16 */
#define HSVC_REASON_BULK_TOO_LARGE                   1314 /* more rows than one atomic import may have */
#define HSVC_REASON_BULK_ROWS                        1315 /* more rows than a file may have */
#define HSVC_REASON_BULK_CHANGED                     1316 /* the bytes are not those of the pass before */
#define HSVC_REASON_BULK_EMPTY                       1317 /* the file is empty */
#define HSVC_REASON_USER_ACTIVITY                    1201 /* somebody uses the phone */
#define HSVC_REASON_HEADSET_LEFT                     1202 /* the headset left */
#define HSVC_REASON_CALL_BEGAN                       1203 /* a call began */
#define HSVC_REASON_CALLS_OVER                       1204 /* the last call ended */
#define HSVC_REASON_POLICY_WITHDREW                  1205 /* the policy changed */
#define HSVC_REASON_OWNER_CHANGED                    1206 /* the headset has another owner */
#define HSVC_REASON_ANOTHER_HEADSET                  1207 /* another user's headset came */
#define HSVC_REASON_RESET_TIMEOUT                    1208 /* the device did not come back from its reset in time */
#define HSVC_REASON_VERIFY_TIMEOUT                   1209 /* the host did not answer in time */
#define HSVC_REASON_APPLY_FAILED                     1210 /* the device could not take the profile */
#define HSVC_REASON_SIGN_OUT_WARNING                 1211 /* the session is about to end */
#define HSVC_REASON_CLOCK_SKEW                       1212 /* a clock is wrong */
#define HSVC_REASON_FLAPPING                         1230 /* headsets of this device come and go too often */
#define HSVC_REASON_SERIAL_DUPLICATED                1213 /* the same serial is at two devices */
#define HSVC_REASON_CALLS_DROPPED                    1214 /* calls that nobody confirmed are taken for over */

#endif
