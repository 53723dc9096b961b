/* write.c: cells out, every one quoted: no text needs to be looked at to know whether it must be. */
#include <csv.h>

#include "csv/import.h"

static int32_t out(const hsvc_csv_config *config, const char *bytes, size_t len) {
    return config->write(bytes, len, config->user) == HSVC_OK ? HSVC_OK : HSVC_ERR_CALLBACK;
}

int32_t hsvc__write_cell(const hsvc_csv_config *config, uint8_t separator, hsvc__str text) {
    char quoted[2 * 512 + 3], before[1];
    int32_t status = HSVC_OK;
    size_t n;
    before[0] = (char)separator;
    if (separator != 0) status = out(config, before, 1);
    if (text.n <= 512) {
        n = csv_write(quoted, sizeof quoted, text.n == 0 ? "" : text.p, text.n);
        return status == HSVC_OK ? out(config, quoted, n) : status;
    }
    /* Longer than any field of ours: cells of broken rows, in pieces without the quotes that libcsv puts around each. */
    if (status == HSVC_OK) status = out(config, "\"", 1);
    for (size_t at = 0; at < text.n && status == HSVC_OK; at += 512) {
        n = csv_write(quoted, sizeof quoted, text.p + at, text.n - at < 512 ? text.n - at : 512);
        status = out(config, quoted + 1, n - 2);
    }
    return status == HSVC_OK ? out(config, "\"", 1) : status;
}

int32_t hsvc__write_end(const hsvc_csv_config *config) { return out(config, "\r\n", 2); }
