/* main.c: the program hsvc: its commands, their options, and help. What each does is in a file of its own. */
#define _DEFAULT_SOURCE /* the terminal's width */
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "host.h"

/* ---- the commands ---- */

static const struct command {
    const char *name;
    int (*run)(struct host *host);
    int least, most;     /* words behind the command */
    const char *options; /* that it takes, each with a blank before it */
    const char *usage;
    const char *about;
    const char *help;
} commands[] = {
    {"play", command_play, 1, 1, " json all color width store",
     "[--json] [--all] [--color=WHEN] [--width=N] [--store=FILE|memory] SCRIPT",
     "play a scenario and print what happens",
     "Plays a scenario and prints a timeline: time, phone, what happened, what the phone shows, and the rule that\n"
     "decided; then the sessions, the counters, and whether the store is sound. Of a folder it plays day.hsv.\n"
     "\n"
     "  --json         one JSON object a line instead (members: README.md)\n"
     "  --all          also what phones do by themselves: resets, registrations, wipes\n"
     "  --color=WHEN   auto (the default): on a terminal, unless NO_COLOR is set; always; never\n"
     "  --width=N      columns of the timeline, 90 to 400; the terminal's by default, else 118\n"
     "  --store=FILE   into a file of SQLite, which the other commands can look at afterwards: a new one, or one with nothing\n"
     "                 in it; without it the file is a temporary one; --store=memory: into memory\n"
     "\n"
     "Besides the statements of the scenario language a script may say\n"
     "  message FILE.json      the phone's own inventory message, relative to the script's folder\n"
     "  message {\"time\": ...}  the same in the line itself\n"
     "  import users FILE.csv  the rows of a file beside the script; also devices and associations\n"
     "  chapter \"The morning\"  a heading in the timeline\n"},
    {"record", command_record, 2, 2, "", "SCRIPT FILE", "play a scenario and write the engine's recording",
     "Plays a scenario silently and writes into FILE what the engine was told, sampled, read and committed. There is no\n"
     "PIN in it. hsvc replay FILE decides all of it again.\n"},
    {"replay", command_replay, 1, 1, " json all", "[--json] [--all] FILE", "decide a recording again, and compare",
     "Decides a recording again, without a store and without a clock, and compares every byte: keys read, rows written,\n"
     "verdicts, effects. The first difference is told by call, frame and field. A recording that ends inside a call is\n"
     "replayed up to it.\n"
     "\n"
     "  --all          a line for each call\n"
     "  --json         one JSON object a line instead\n"},
    {"verify", command_verify, 1, 1, " json", "[--json] STORE", "walk a whole store and name what is wrong",
     "Walks the whole store and names every violated invariant. A script is played silently and its store walked after\n"
     "every statement.\n"},
    {"explain", command_explain, 3, 3, " json at", "[--json] [--at=HH:MM] STORE phone|user|headset NAME",
     "what is so, what will end it, and which rule decided",
     "Tells the state of a phone, a user or a headset, what will end it and when, which scope of the policy decided each\n"
     "parameter, and what was decided last.\n"},
    {"audit", command_audit, 1, 3, " json at", "[--json] [--at=HH:MM] STORE [phone|user|headset NAME]",
     "list what the store remembers of every change",
     "Lists the entries of one subject, or of all, oldest first: what happened, why, who did it, and what changed.\n"},
    {"policy", command_policy, 1, 4, " json at phone user site",
     "[--json] [--at=HH:MM] [--phone=NAME] [--user=ID] [--site=NAME] STORE [PARAMETER | set PARAMETER VALUE | unset PARAMETER]",
     "show the policy in force, or change it",
     "Prints each parameter with the value that is in force for the phone and the user named, and the scope that decided.\n"
     "set and unset change it for everybody, or for the phone, the user or the site that is named: one of them. VALUE\n"
     "is a choice by name, a number, a time with its unit (90s, 10min, 8h; a number without one is milliseconds), or patterns\n"
     "with commas between them. STORE may be the word presets: then what both presets give is printed.\n"},
    {"monday", command_monday, 0, 1, " json store", "[--json] [--store=FILE|memory] [PEOPLE]",
     "a burst of reports: one a commit, and several",
     "Monday, 09:00: so many people (400) plug in at once. Half of their reports are given to the library one a commit, the\n"
     "others as a host does that is behind: 16 as one commit. Prints how long each half took.\n"
     "\n"
     "  --store=FILE   a file of SQLite: a new one, or one with nothing in it (a temporary one by default); or memory\n"},
    {"what-if", command_what_if, 2, 40, " json at", "[--json] [--at=HH:MM] STORE INPUT [FIELD=VALUE]...",
     "try an input without committing it",
     "Decides an input and prints its verdict and effects; nothing is written (rule OBS-7). INPUT is a name of the reference,\n"
     "such as HEADSET_CONNECTED, and so are the fields: device=desk-1 serial=WFG2303D0D0. param=NAME and state=NUMBER.\n"},
    {"import", command_import, 3, 3, " json at dry-run atomic replace remove failed resume",
     "[--json] [--dry-run] [--atomic] [--replace | --remove] [--resume] [--failed=FILE] STORE associations|users|devices FILE.csv",
     "read a CSV file into a store",
     "Good rows land; what is wrong with the others is told by file, line and column, and they are written, with the reason,\n"
     "into the file that --failed names: correct it and import it. A file that is imported again changes nothing.\n"
     "\n"
     "  --dry-run      the same decisions, nothing is written\n"
     "  --atomic       all rows or none; --failed then gets the wrong rows alone: correct these in FILE.csv itself\n"
     "  --replace      whoever stands in the file keeps no other headset than the file's\n"
     "  --remove       the file's associations are ended\n"
     "  --resume       go on where an import of this file was cut off; FILE.csv.resume says where, while there is one\n"},
    {"export", command_export, 2, 2, " at plain bom semicolon",
     "[--plain] [--bom] [--semicolon] STORE associations|users|devices|inventory|sessions|audit", "write a store's content as CSV",
     "Cells that a spreadsheet would run begin with an apostrophe, which an import takes off again; --plain leaves them as they\n"
     "are. --bom and --semicolon are for spreadsheets that want them.\n"},
    {"who", command_who, 1, 1, " json at", "[--json] [--at=HH:MM] STORE", "list who is signed in where",
     "A line for each session: on which phone, by which headset (none: by PIN alone, or by the host), and what it waits for.\n"},
    {"inventory", command_inventory, 1, 2, " json at", "[--json] [--at=HH:MM] STORE [TEXT]", "list the headsets",
     "With TEXT only those where it stands in a serial, owner, model, vendor or phone.\n"},
    {"sign-out", command_sign_out, 2, 3, " json at now", "[--json] [--now] STORE phone NAME | user ID | site NAME | all",
     "sign people out", "When their calls are over; --now does not wait, but for an emergency call.\n"},
    {"unlock", command_unlock, 2, 2, " json at", "[--json] STORE USER", "lift a user's lock",
     "After too many wrong PINs. The failures are forgotten as well; \"nothing to change\" if there is neither.\n"},
    {"erase", command_erase, 2, 2, " json at", "[--json] STORE USER", "remove a person's data everywhere",
     "Removes the user and makes the audit's entries about the person mean nobody. It cannot be undone. It is accepted for a\n"
     "user who was removed before too, and so for an id that nobody ever had: mind the spelling.\n"},
    {"tables", command_tables, 0, 1, " json", "[--json] [NAME]", "list what the library knows by name",
     "Prints a registry (kinds of input with their fields, effects, reasons and statuses with their remedies, and so on) or a\n"
     "table that decides: the rows of a machine, the steps of a ladder. Without a word it lists the names.\n"},
    {"statements", command_statements, 0, 0, "", "", "list what a script may say",
     "Prints each statement of the scenario language with its form, and those that this program adds.\n"},
};
enum { COMMANDS = sizeof commands / sizeof commands[0] };

static const char exit_codes[] =
    "exit status: 0 all is well; 1 an expectation failed, a line or message could not be read, the store is unsound, an\n"
    "input was refused, or a replay differs; 2 wrong usage, no such name, a file cannot be read or written; 3 the library\n"
    "or its store failed\n";

static const char stores[] =
    "STORE is a scenario (FILE.hsv, or a folder with day.hsv): it is played first, up to --at=HH:MM of its first day"
#ifdef HSVC_WITH_SQLITE
    ",\nor a file of SQLite; import and policy set make it if it is not there"
#endif
    ".\n";

static const char all_help[] = "hsvc --help explains everything";

int usage_see(const char *why, const char *what, const char *see) {
    fprintf(stderr, "hsvc: %s%s\n%s\n", why, what, see);
    return EXIT_USAGE;
}

int usage(const char *why, const char *what) { return usage_see(why, what, all_help); }

static int print_help(void) {
    printf("usage: hsvc COMMAND ...\n\n");
    for (size_t i = 0; i < COMMANDS; i++) printf("  %-11s %s\n", commands[i].name, commands[i].about);
    printf("\nhsvc help COMMAND says more about one of them; hsvc --version which library this is.\n%s\n%s", stores, exit_codes);
    return EXIT_OK;
}

static int print_command(const struct command *command) {
    printf("usage: hsvc %s%s%s\n\n%s\n", command->name, command->usage[0] != '\0' ? " " : "", command->usage, command->help);
    if (strstr(command->usage, "STORE") != NULL) printf("%s\n", stores);
    printf("%s", exit_codes);
    return EXIT_OK;
}

static const struct command *find(const char *name) {
    for (size_t i = 0; i < COMMANDS; i++)
        if (strcmp(commands[i].name, name) == 0) return &commands[i];
    return NULL;
}

/* ---- options ---- */

static int terminal_width(void) {
    struct winsize size;
    memset(&size, 0, sizeof size);
    if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 118;
    return size.ws_col < 90 ? 90 : size.ws_col > 140 ? 140 : size.ws_col;
}

static int take_colour(struct host *host, const char *when) {
    const char *no_color = getenv("NO_COLOR");
    if (strcmp(when, "always") == 0)
        host->colour = 1;
    else if (strcmp(when, "never") == 0)
        host->colour = 0;
    else if (strcmp(when, "auto") == 0)
        host->colour = isatty(STDOUT_FILENO) && (no_color == NULL || no_color[0] == '\0');
    else
        return 0;
    return 1;
}

/* The value behind "--name=", or NULL. */
static const char *value_of(const char *option, const char *name) {
    size_t n = strlen(name);
    return strncmp(option + 2, name, n) == 0 && option[2 + n] == '=' ? option + 3 + n : NULL;
}

static int is_allowed(const struct command *command, const char *option) {
    char name[16];
    size_t n = strcspn(option + 2, "=");
    const char *found;
    if (n == 0 || n > 12) return 0;
    (void)snprintf(name, sizeof name, " %.*s", (int)n, option + 2);
    found = strstr(command->options, name);
    return found != NULL && (found[n + 1] == ' ' || found[n + 1] == '\0');
}

static const char *take_meaning(struct host *host, uint32_t meaning) {
    if (host->meaning != 0 && host->meaning != meaning) return "--replace or --remove, not both: ";
    host->meaning = meaning;
    return NULL;
}

/* NULL: taken, else what is wrong with it. The command has such an option: see is_allowed. */
static const char *take_option(struct host *host, const char *option) {
    const char *value;
    if (strcmp(option, "--json") == 0) return host->json = 1, NULL;
    if (strcmp(option, "--all") == 0) return host->all = 1, NULL;
    if (strcmp(option, "--dry-run") == 0) return host->dry_run = 1, NULL;
    if (strcmp(option, "--atomic") == 0) return host->atomic = 1, NULL;
    if (strcmp(option, "--resume") == 0) return host->resume = 1, NULL;
    if (strcmp(option, "--replace") == 0) return take_meaning(host, MEANING_REPLACE);
    if (strcmp(option, "--remove") == 0) return take_meaning(host, MEANING_REMOVE);
    if (strcmp(option, "--plain") == 0) return host->plain = 1, NULL;
    if (strcmp(option, "--bom") == 0) return host->bom = 1, NULL;
    if (strcmp(option, "--semicolon") == 0) return host->semicolon = 1, NULL;
    if (strcmp(option, "--now") == 0) return host->now = 1, NULL;
    if ((value = value_of(option, "failed")) != NULL) return host->failed = value, NULL;
    if ((value = value_of(option, "color")) != NULL) return take_colour(host, value) ? NULL : "auto, always or never: ";
    if ((value = value_of(option, "at")) != NULL) return host->until = value, NULL;
    if ((value = value_of(option, "store")) != NULL) return host->into = value, NULL;
    if ((value = value_of(option, "phone")) != NULL) return host->of_phone = value, NULL;
    if ((value = value_of(option, "user")) != NULL) return host->of_user = value, NULL;
    if ((value = value_of(option, "site")) != NULL) return host->of_site = value, NULL;
    if ((value = value_of(option, "width")) == NULL)
        return strchr(option, '=') != NULL ? "this option takes no value: " : "this option wants a value behind =, without a blank: ";
    host->width = atoi(value);
    return host->width >= 90 && host->width <= 400 ? NULL : "a width is a number from 90 to 400: ";
}

static int run(const struct command *command, int argc, char **argv) {
    struct host host = {0};
    const char *wrong;
    int code;
    host.width = terminal_width();
    (void)take_colour(&host, "auto");
    for (int i = 2; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) return print_command(command);
        if (argv[i][0] == '-' && argv[i][1] == '-') {
            wrong = is_allowed(command, argv[i]) ? take_option(&host, argv[i]) : "no such option: ";
            if (wrong != NULL) return usage(wrong, argv[i]);
        } else if (host.word_count == command->most || host.word_count == MOST_WORDS) {
            return usage("one word too many: ", argv[i]);
        } else {
            host.words[host.word_count++] = argv[i];
        }
    }
    if (host.word_count < command->least) {
        fprintf(stderr, "hsvc: usage: hsvc %s %s\n", command->name, command->usage);
        return EXIT_USAGE;
    }
    code = command->run(&host);
    host_free(&host);
    return code;
}

/* What could not be written must not look like a success: exit status 2 instead of 0. */
static int written(int code) {
    if (fflush(stdout) == 0 && !ferror(stdout)) return code;
    fprintf(stderr, "hsvc: the output cannot be written\n");
    return code == EXIT_OK ? EXIT_USAGE : code;
}

static int print_version(void) {
    uint32_t version = hsvc_version();
    printf("hsvc, libheadsetsvc %u.%u.%u\n", version / 1000000, version / 1000 % 1000, version % 1000);
    return EXIT_OK;
}

static int no_such_command(const char *word) {
    struct guess guess = guess_for(span_of(word, strlen(word)));
    for (size_t i = 0; i < COMMANDS; i++) guess_among(&guess, commands[i].name);
    return unknown("no such command: ", &guess, all_help);
}

static int choose(int argc, char **argv) {
    const struct command *command;
    if (argc < 2) return usage("which command?", "");
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) return print_help();
    if (strcmp(argv[1], "--version") == 0) return print_version();
    if (strcmp(argv[1], "help") == 0) {
        if (argc < 3) return print_help();
        command = find(argv[2]);
        return command != NULL ? print_command(command) : no_such_command(argv[2]);
    }
    command = find(argv[1]);
    return command != NULL ? run(command, argc, argv) : no_such_command(argv[1]);
}

int main(int argc, char **argv) { return written(choose(argc, argv)); }
