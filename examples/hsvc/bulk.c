/* bulk.c: CSV files into a store and out of it (BULK-1..8). The file is read here; the library never opens one. */
#define _POSIX_C_SOURCE 200809L /* ftruncate */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host.h"
#ifdef HSVC_WITH_CSV
#include "headsetsvc/csv.h"
#include "headsetsvc/stdlib.h"
#include "resume.h"

static uint32_t kind_of(const char *word) {
    static const char *const words[] = {"associations", "users", "devices", "inventory", "sessions", "audit"};
    for (uint32_t i = 0; i < 6; i++)
        if (strcmp(words[i], word) == 0) return HSVC_CSV_ASSOCIATIONS + i;
    return 0;
}

/* What the callbacks know. */
struct job {
    struct host *host;
    const char *path;
    const char *title; /* of a file that a script imports, or NULL */
    uint32_t kind;
    int keeps; /* how far it came: only what lands row by row can be gone on with */
    FILE *in;
    FILE *failed; /* --failed, or NULL */
    int headed;   /* it has its header from before: bytes up to the first line end are not written again */
    struct resume resume;
    int resumes; /* by resume.token */
    int ended;   /* there is nothing to resume any more */
    const char *broken; /* the file that could not be read or written, and why: errno */
    int why;
    int64_t bytes;
    int bar; /* on a terminal */
    int64_t drawn;
};

/* ---- import ---- */

static int32_t on_write(const char *bytes, size_t len, void *user) {
    struct job *job = (struct job *)user;
    const char *end = job->headed ? memchr(bytes, '\n', len) : NULL;
    if (job->failed == NULL || (job->headed && end == NULL)) return HSVC_OK;
    if (job->headed) len -= (size_t)(end + 1 - bytes), bytes = end + 1;
    job->headed = 0;
    return fwrite(bytes, 1, len, job->failed) == len ? HSVC_OK : HSVC_ERR_FULL;
}

static void clear_bar(const struct job *job) {
    if (job->bar) fprintf(stderr, "\r%40s\r", "");
}

static void say_failed(const struct job *job, const hsvc_csv_report *report, const char *text, const char *name) {
    fprintf(stderr, "%s:%llu:%u: %.*s%s%s", job->path, (unsigned long long)report->line, report->column,
            (int)report->name_len, report->name, report->name_len == 0 ? "" : ": ", text);
    if (report->limit != 0) fprintf(stderr, ": %lld", (long long)report->limit);
    fprintf(stderr, " (%s)\n", name);
}

/* Errors alone: FILE:LINE:COLUMN: NAME: why: the limit (REASON). */
static int32_t on_report(const hsvc_csv_report *report, void *user) {
    const struct job *job = (const struct job *)user;
    const char *text = hsvc_text(HSVC_REGISTRY_REASON, (int32_t)report->reason);
    const char *name = hsvc_name(HSVC_REGISTRY_REASON, (int32_t)report->reason);
    struct pairs *pairs;
    if (report->outcome != HSVC_CSV_FAILED) return HSVC_OK;
    clear_bar(job);
    if (!job->host->json) {
        say_failed(job, report, text, name);
        return HSVC_OK;
    }
    pairs = pairs_new(job->host, "failed");
    pairs_words(pairs, "file", job->path);
    pairs_number(pairs, "line", (int64_t)report->line);
    pairs_number(pairs, "offset", (int64_t)report->offset);
    pairs_number(pairs, "column", report->column);
    pairs_text(pairs, "name", report->name, report->name_len);
    pairs_words(pairs, "reason", name);
    pairs_words(pairs, "text", text);
    pairs_number(pairs, "limit", report->limit);
    pairs_print(pairs);
    return HSVC_OK;
}

static int32_t draw_bar(struct job *job, const hsvc_csv_progress *progress) {
    int64_t percent = job->bytes == 0 ? 100 : (int64_t)progress->bytes * 100 / job->bytes;
    if (!job->bar || percent == job->drawn) return HSVC_OK;
    job->drawn = percent;
    fprintf(stderr, "\r[%-20.*s] %3d %% of pass %u", (int)(percent / 5), "####################", (int)percent,
            progress->pass);
    return HSVC_OK;
}

/* breaks: what was read so far would be taken for the whole file, and failed rows would be lost. */
static int32_t breaks(struct job *job, const char *file) {
    job->broken = file;
    job->why = errno;
    return HSVC_ERR_CALLBACK;
}

static int32_t keep_token(struct job *job, const uint8_t *token) {
    if (job->failed != NULL && fflush(job->failed) != 0) return breaks(job, job->host->failed);
    resume_write(&job->resume, token, job->failed != NULL ? ftell(job->failed) : -1);
    return HSVC_OK;
}

static int32_t on_progress(const hsvc_csv_progress *progress, void *user) {
    struct job *job = (struct job *)user;
    int32_t status = job->keeps && progress->pass > 1 ? keep_token(job, progress->token) : HSVC_OK;
    return status == HSVC_OK ? draw_bar(job, progress) : status;
}

static int32_t feed_once(struct job *job, hsvc_csv_import *import, int32_t *again) {
    char bytes[65536];
    size_t n;
    int32_t status = HSVC_OK;
    rewind(job->in);
    while (status == HSVC_OK && (n = fread(bytes, 1, sizeof bytes, job->in)) > 0)
        status = hsvc_csv_import_feed(import, bytes, n);
    if (ferror(job->in)) return breaks(job, job->path);
    return status == HSVC_OK ? hsvc_csv_import_end(import, again) : status;
}

static void say_summary(const struct job *job, const hsvc_csv_summary *sum) {
    if (job->title != NULL) printf("%s: ", job->title);
    printf("%s%llu %s: %llu changed, %llu unchanged, %llu failed",
           job->host->dry_run ? "dry run, nothing is written: " : "", (unsigned long long)sum->processed,
           sum->processed == 1 ? "row" : "rows",
           (unsigned long long)sum->changed, (unsigned long long)sum->unchanged, (unsigned long long)sum->failed);
    if (sum->left > 0) printf(", %llu left undone", (unsigned long long)sum->left);
    if (sum->skipped > 0) printf(", %llu done before", (unsigned long long)sum->skipped);
    printf("%s\n", sum->kept ? "; nobody lost a headset, since rows are faulty" : "");
    if (sum->effects == 0 || job->title != NULL) return;
    printf(job->host->dry_run ? "%llu sessions would end; %llu effects\n"
                              : "%llu sessions ended; %llu effects: a running host brings its phones up to date by hsvc_resync\n",
           (unsigned long long)sum->sessions_ended, (unsigned long long)sum->effects);
}

static void say_summary_json(const struct job *job, const hsvc_csv_summary *sum) {
    struct pairs *pairs = pairs_new(job->host, "summary");
    if (job->title != NULL) pairs_words(pairs, "file", job->title);
    if (sum->refused != 0) pairs_words(pairs, "refused", hsvc_name(HSVC_REGISTRY_REASON, (int32_t)sum->refused));
    pairs_number(pairs, "processed", (int64_t)sum->processed);
    pairs_number(pairs, "changed", (int64_t)sum->changed);
    pairs_number(pairs, "unchanged", (int64_t)sum->unchanged);
    pairs_number(pairs, "failed", (int64_t)sum->failed);
    pairs_number(pairs, "left", (int64_t)sum->left);
    pairs_number(pairs, "skipped", (int64_t)sum->skipped);
    pairs_number(pairs, "sessions_ended", (int64_t)sum->sessions_ended);
    pairs_number(pairs, "effects", (int64_t)sum->effects);
    pairs_print(pairs);
}

static int print_summary(struct job *job, const hsvc_csv_summary *sum) {
    clear_bar(job);
    job->ended = 1;
    if (job->host->json && !job->host->silent)
        say_summary_json(job, sum);
    else if (sum->refused == 0 && !job->host->silent && !job->host->quiet)
        say_summary(job, sum);
    return sum->refused != 0 || sum->failed != 0 ? EXIT_UNMET : EXIT_OK;
}

static int broke_off(struct job *job, int32_t status) {
    clear_bar(job);
    if (status == HSVC_ERR_ARGUMENT && job->resumes)
        return usage("the import that was cut off was of another kind: without --resume, please: ", job->path);
    if (job->resume.file != NULL) fprintf(stderr, "hsvc: %s: cut off; --resume goes on behind the last commit\n", job->path);
    errno = job->why;
    return job->broken != NULL ? cannot(job->broken) : fail_status(job->path, status);
}

static void fill_config(hsvc_csv_config *config, hsvc_engine *engine, const hsvc_allocator *allocator, struct job *job) {
    (void)hsvc_csv_config_init(config, sizeof *config);
    config->kind = job->kind;
    config->engine = engine;
    config->allocator = allocator;
    config->write = on_write;
    config->user = job;
}

static int import_into(struct job *job, hsvc_engine *engine) {
    hsvc_allocator allocator;
    hsvc_csv_config config;
    hsvc_csv_import *import = NULL;
    hsvc_csv_summary sum;
    int32_t again = 1, status = hsvc_stdlib_allocator(&allocator);
    fill_config(&config, engine, &allocator, job);
    config.mode = job->host->atomic ? HSVC_CSV_ATOMIC : HSVC_CSV_PARTIAL;
    config.meaning = job->host->meaning;
    config.flags = job->host->dry_run ? HSVC_CSV_DRY_RUN : 0;
    config.token = job->resumes ? job->resume.token : NULL;
    config.report = on_report;
    config.progress = on_progress;
    (void)hsvc_csv_summary_init(&sum, sizeof sum);
    if (status == HSVC_OK) status = hsvc_csv_import_new(&config, &import);
    while (status == HSVC_OK && again) status = feed_once(job, import, &again);
    if (status == HSVC_OK) status = hsvc_csv_import_summary(import, &sum);
    hsvc_csv_import_free(import);
    return status == HSVC_OK ? print_summary(job, &sum) : broke_off(job, status);
}

/* An import reads its file two or three times. */
static int reads_once(const char *path) {
    struct stat about;
    return stat(path, &about) == 0 && !S_ISREG(about.st_mode);
}

/* What cannot be meant, told before any file is opened: opening the file of failed rows empties it. */
static int refuse(const struct host *host, uint32_t kind) {
    if (kind == 0 || kind > HSVC_CSV_DEVICES) return usage("associations, users or devices: ", host->words[1]);
    if (host->meaning != 0 && kind != HSVC_CSV_ASSOCIATIONS)
        return usage("--replace and --remove are for associations, not for ", host->words[1]);
    if (host->failed != NULL && (is_same_file(host->failed, host->words[0]) || is_same_file(host->failed, host->words[2])))
        return usage("--failed would write over what is read, another file please: ", host->failed);
    if (reads_once(host->words[2]))
        return usage("it is read more than once, so no pipe, and no folder: ", host->words[2]);
    return EXIT_OK;
}

/* begins_anew: an import that cannot go on where the last one was cut off. */
static void begins_anew(struct job *job, const char *file, const char *why) {
    fprintf(stderr, "hsvc: %s: %s\n", file, why);
    job->resumes = 0;
}

/* has_failed_rows: is the file of failed rows as long as it was at the token? */
static int has_failed_rows(const struct job *job, FILE *file) {
    return job->resume.failed_len == 0 || (job->resume.failed_len > 0 && file != NULL && fseek(file, 0, SEEK_END) == 0 &&
                                           ftell(file) >= job->resume.failed_len);
}

/* open_failed: the file of failed rows; of an import that goes on as it was at the token, what came after it comes again. */
static FILE *open_failed(struct job *job) {
    FILE *file = job->resumes ? fopen(job->host->failed, "r+b") : NULL;
    if (job->resumes && !has_failed_rows(job, file)) {
        begins_anew(job, job->host->failed, "the rows that failed before are not in it: the import begins anew");
        if (file != NULL) (void)fclose(file);
        file = NULL;
    }
    if (file == NULL) return fopen(job->host->failed, "wb");
    if (ftruncate(fileno(file), job->resume.failed_len) != 0 || fseek(file, 0, SEEK_END) != 0) {
        (void)fclose(file);
        return NULL;
    }
    job->headed = job->resume.failed_len > 0;
    return file;
}

/* find_token: of an import of this file into this store that was cut off. */
static void find_token(struct job *job) {
    job->resumes = resume_read(&job->resume, job->path, job->host->words[0]);
    if (job->resumes && !job->host->resume)
        begins_anew(job, job->path, "an import of it was cut off; --resume would go on there");
    else if (job->resume.elsewhere && job->host->resume)
        begins_anew(job, job->path, "the import that was cut off was into another store; this one begins anew");
}

static int open_files(struct job *job) {
    const char *failed = job->host->failed;
    job->in = fopen(job->path, "rb");
    if (job->in == NULL || fseek(job->in, 0, SEEK_END) != 0) return cannot(job->path);
    job->bytes = ftell(job->in);
    if (job->keeps) find_token(job);
    if (failed != NULL) job->failed = open_failed(job);
    return failed != NULL && job->failed == NULL ? cannot(failed) : EXIT_OK;
}

/* A file of failed rows without any row would look like a failure. */
static int close_files(struct job *job, int code) {
    int empty = job->failed != NULL && ftell(job->failed) == 0 && is_file(job->host->failed);
    if (job->in != NULL) (void)fclose(job->in);
    if (job->failed != NULL && fclose(job->failed) != 0 && code <= EXIT_UNMET) code = cannot(job->host->failed);
    if (empty) (void)remove(job->host->failed);
    resume_close(&job->resume, job->ended);
    return code;
}

int command_import(struct host *host) {
    struct job job = {0};
    struct opened opened;
    int code;
    job.host = host;
    job.path = host->words[2];
    job.kind = kind_of(host->words[1]);
    job.keeps = !host->atomic && !host->dry_run;
    job.drawn = -1;
    job.bar = isatty(STDERR_FILENO) && !host->json;
    code = refuse(host, job.kind);
    if (code != EXIT_OK) return code;
    host->writes = host->makes = !host->dry_run;
    code = open_files(&job);
    if (code != EXIT_OK) return close_files(&job, code);
    code = open_store(host, host->words[0], &opened);
    if (code == EXIT_OK) code = import_into(&job, opened.engine);
    close_store(&opened);
    return close_files(&job, code);
}

/* import_beside: a file beside the script into its engine. */
static int import_beside(struct host *host, uint32_t kind, const char *name) {
    struct text path = {NULL, 0, 0};
    struct job job = {0};
    int code;
    text_add(&path, host->folder.bytes, host->folder.len);
    text_puts(&path, name);
    job.host = host;
    job.path = path.bytes;
    job.title = name;
    job.kind = kind;
    code = open_files(&job);
    if (code == EXIT_OK) code = import_into(&job, hsvc_scenario_engine(host->scenario));
    code = close_files(&job, code);
    text_free(&path);
    return code;
}

int32_t take_import(struct host *host, const hsvc_scenario_line *line) {
    static const char form[] = "an import is of users, devices or associations: import users FILE.csv";
    static const char faulty[] = "the file was not imported without faults";
    struct text copy = {NULL, 0, 0};
    char word[16] = "";
    int at = 0;
    uint32_t kind;
    text_add(&copy, line->text, line->text_len);
    kind = sscanf(copy.bytes, "import %15s %n", word, &at) == 1 ? kind_of(word) : 0;
    if (kind == 0 || kind > HSVC_CSV_DEVICES || copy.bytes[at] == '\0')
        (void)hsvc_scenario_fail(host->scenario, line->column, form, sizeof form - 1);
    else if (import_beside(host, kind, copy.bytes + at) != EXIT_OK)
        (void)hsvc_scenario_fail(host->scenario, line->column + (uint32_t)at, faulty, sizeof faulty - 1);
    text_free(&copy);
    return HSVC_OK;
}

/* ---- export ---- */

static int export_from(struct host *host, hsvc_engine *engine) {
    hsvc_allocator allocator;
    hsvc_csv_config config;
    hsvc_csv_export *exporter = NULL;
    struct job job = {0};
    int32_t done = 0, status = hsvc_stdlib_allocator(&allocator);
    job.host = host;
    job.kind = kind_of(host->words[1]);
    job.failed = stdout;
    fill_config(&config, engine, &allocator, &job);
    config.flags = (host->plain ? HSVC_CSV_NO_GUARD : 0) | (host->bom ? HSVC_CSV_BOM : 0) |
                   (host->semicolon ? HSVC_CSV_SEMICOLON : 0);
    if (status == HSVC_OK) status = hsvc_csv_export_new(&config, &exporter);
    while (status == HSVC_OK && !done) status = hsvc_csv_export_step(exporter, &done);
    hsvc_csv_export_free(exporter);
    return status == HSVC_OK ? EXIT_OK : fail_status(host->words[0], status);
}

int command_export(struct host *host) {
    struct opened opened;
    int code;
    if (kind_of(host->words[1]) == 0)
        return usage("associations, users, devices, inventory, sessions or audit: ", host->words[1]);
    code = open_store(host, host->words[0], &opened);
    if (code == EXIT_OK) code = export_from(host, opened.engine);
    close_store(&opened);
    return code;
}
#else
int command_import(struct host *host) { return usage("this hsvc was built without libcsv: ", host->words[1]); }
int command_export(struct host *host) { return usage("this hsvc was built without libcsv: ", host->words[1]); }
int32_t take_import(struct host *host, const hsvc_scenario_line *line) {
    static const char why[] = "this hsvc was built without libcsv";
    return hsvc_scenario_fail(host->scenario, line->column, why, sizeof why - 1);
}
#endif
