/* driver.c: runs a target over files and folders of files, for compilers without libFuzzer: the committed corpus as a test.
 * The last line says how many (support/figure.h); status 1 if there was none, or one cannot be read; 2 for misuse. A find ends the
 * program at once, naming the file. What HSVC_FUZZ_TELL makes a target say of each file: fuzz.h. */
#include <dirent.h>
#include <sys/stat.h>

#include "fuzz/fuzz.h"
#include "support/figure.h"

#define NAME 4096

static uint8_t *read_file(const char *path, size_t *len) {
    FILE *file = fopen(path, "rb");
    uint8_t *bytes = NULL;
    size_t room = 0, got = 1;
    *len = 0;
    if (file == NULL) return NULL;
    while (got != 0) {
        if (room - *len < 4096) bytes = (uint8_t *)realloc(bytes, room += 65536);
        if (bytes == NULL) break;
        got = fread(bytes + *len, 1, room - *len, file);
        *len += got;
    }
    (void)fclose(file);
    return bytes;
}

/* A block of exactly its size, so that a sanitizer sees a read behind its end. */
static size_t run_file(const char *path) {
    size_t len;
    uint8_t *bytes = read_file(path, &len), *exact = bytes == NULL ? NULL : (uint8_t *)malloc(len + !len);
    if (exact == NULL) {
        perror(path);
        exit(1);
    }
    memcpy(exact, bytes, len);
    free(bytes);
    (void)fprintf(stderr, "%s\n", path);
    (void)LLVMFuzzerTestOneInput(exact, len);
    free(exact);
    return 1;
}

static size_t run_folder(const char *path) {
    DIR *folder = opendir(path);
    struct dirent *entry;
    char name[NAME];
    size_t ran = 0;
    while (folder != NULL && (entry = readdir(folder)) != NULL) {
        int n = snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
        if (entry->d_name[0] != '.' && n > 0 && (size_t)n < sizeof name) ran += run_file(name);
    }
    if (folder != NULL) (void)closedir(folder);
    return ran;
}

int main(int argc, char **argv) {
    size_t ran = 0;
    if (argc == 1) {
        (void)fprintf(stderr, "usage: %s FILE|FOLDER...\n", argv[0]);
        return 2;
    }
    for (int i = 1; i < argc; i++) {
        struct stat what;
        if (stat(argv[i], &what) != 0) {
            perror(argv[i]);
            return 1;
        }
        ran += S_ISDIR(what.st_mode) ? run_folder(argv[i]) : run_file(argv[i]);
    }
    figure("files of the corpora", ran);
    return ran == 0;
}
