/* power_vfs.h: a disk that loses power: between SQLite and the operating system, it remembers for every file what was synced
 * and what was only written. After the power is cut nothing works any more; power_restore then leaves each file as a real
 * disk might: what was synced, and of what was only written any part, in any order, torn in sectors.
 *
 * The index of the log (-shm) is memory of processes: it goes with the power. */
#ifndef TESTS_PROCESS_POWER_VFS_H
#define TESTS_PROCESS_POWER_VFS_H

#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define POWER_SECTOR 512
#define POWER_FILES 8

struct power_write {
    sqlite3_int64 at; /* of a truncation: the new size */
    int len;          /* -1: a truncation */
    uint8_t *bytes;
};
struct power_disk { /* one file, by its name */
    char name[256];
    uint8_t *synced;
    sqlite3_int64 size, room;
    struct power_write *writes;
    size_t write_count, write_room;
};
struct power_file {
    sqlite3_file base;
    struct power_disk *disk; /* NULL: a file that does not matter */
    sqlite3_file *real;
};

static struct {
    sqlite3_vfs vfs, *real;
    sqlite3_io_methods methods;
    struct power_disk disks[POWER_FILES];
    size_t disk_count;
    uint64_t operations; /* writes, truncations and syncs so far */
    uint64_t cut_at;     /* the power goes at this one; 0 never */
    uint64_t syncs;
    uint64_t random;
    int dead;
} power;

static uint32_t power_pick(uint32_t of) {
    uint64_t z = (power.random += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return (uint32_t)((z ^ z >> 31) % of);
}

/* Counts an operation; 1 if the power is gone. */
static int power_gone(void) {
    if (!power.dead && ++power.operations == power.cut_at) power.dead = 1;
    return power.dead;
}

/* ---- a disk's memory ---- */

static void power_apply(struct power_disk *disk, const struct power_write *write, int from, int to) {
    sqlite3_int64 end = write->len < 0 ? write->at : write->at + to;
    if (end > disk->room) {
        sqlite3_int64 room = end * 2;
        disk->synced = (uint8_t *)realloc(disk->synced, (size_t)room);
        if (disk->synced == NULL) abort();
        memset(disk->synced + disk->room, 0, (size_t)(room - disk->room));
        disk->room = room;
    }
    if (write->len < 0) {
        if (end < disk->size) memset(disk->synced + end, 0, (size_t)(disk->size - end));
        disk->size = end;
        return;
    }
    memcpy(disk->synced + write->at + from, write->bytes + from, (size_t)(to - from));
    if (end > disk->size) disk->size = end;
}

static void power_remember(struct power_disk *disk, sqlite3_int64 at, const void *bytes, int len) {
    struct power_write *write;
    if (disk->write_count == disk->write_room) {
        disk->write_room = disk->write_room * 2 + 64;
        disk->writes = (struct power_write *)realloc(disk->writes, disk->write_room * sizeof *disk->writes);
        if (disk->writes == NULL) abort();
    }
    write = &disk->writes[disk->write_count++];
    write->at = at;
    write->len = len;
    write->bytes = len > 0 ? (uint8_t *)malloc((size_t)len) : NULL;
    if (len > 0) memcpy(write->bytes, bytes, (size_t)len);
}

static void power_forget(struct power_disk *disk) {
    for (size_t i = 0; i < disk->write_count; i++) free(disk->writes[i].bytes);
    disk->write_count = 0;
}

static void power_synced(struct power_disk *disk) {
    for (size_t i = 0; i < disk->write_count; i++) power_apply(disk, &disk->writes[i], 0, disk->writes[i].len);
    power_forget(disk);
}

static struct power_disk *power_disk_of(const char *name) {
    size_t len = strlen(name);
    struct power_disk *disk;
    if (len > 4 && strcmp(name + len - 4, "-shm") == 0) return NULL;
    for (size_t i = 0; i < power.disk_count; i++)
        if (strcmp(power.disks[i].name, name) == 0) return &power.disks[i];
    if (power.disk_count == POWER_FILES || len >= sizeof disk->name) abort();
    disk = &power.disks[power.disk_count++];
    memset(disk, 0, sizeof *disk);
    strcpy(disk->name, name);
    return disk;
}

/* ---- files ---- */

static struct power_file *power_of(sqlite3_file *file) { return (struct power_file *)(void *)file; }
#define REAL(file) (power_of(file)->real)

static int power_close(sqlite3_file *file) {
    int code = REAL(file)->pMethods == NULL ? SQLITE_OK : REAL(file)->pMethods->xClose(REAL(file));
    free(REAL(file));
    return code;
}
static int power_read(sqlite3_file *file, void *to, int len, sqlite3_int64 at) {
    return power.dead ? SQLITE_IOERR_READ : REAL(file)->pMethods->xRead(REAL(file), to, len, at);
}
static int power_write_to(sqlite3_file *file, const void *bytes, int len, sqlite3_int64 at) {
    int was_alive = !power.dead;
    if (power_gone()) {
        if (was_alive && power_of(file)->disk != NULL) power_remember(power_of(file)->disk, at, bytes, len); /* on its way */
        return SQLITE_IOERR_WRITE;
    }
    if (power_of(file)->disk != NULL) power_remember(power_of(file)->disk, at, bytes, len);
    return REAL(file)->pMethods->xWrite(REAL(file), bytes, len, at);
}
static int power_truncate(sqlite3_file *file, sqlite3_int64 size) {
    if (power_gone()) return SQLITE_IOERR_TRUNCATE;
    if (power_of(file)->disk != NULL) power_remember(power_of(file)->disk, size, NULL, -1);
    return REAL(file)->pMethods->xTruncate(REAL(file), size);
}
static int power_sync(sqlite3_file *file, int flags) {
    (void)flags; /* the real file need not be synced: it is only what the living see */
    if (power_gone()) return SQLITE_IOERR_FSYNC;
    power.syncs++;
    if (power_of(file)->disk != NULL) power_synced(power_of(file)->disk);
    return SQLITE_OK;
}
static int power_size(sqlite3_file *file, sqlite3_int64 *size) {
    return power.dead ? SQLITE_IOERR_FSTAT : REAL(file)->pMethods->xFileSize(REAL(file), size);
}
static int power_lock(sqlite3_file *file, int kind) { return REAL(file)->pMethods->xLock(REAL(file), kind); }
static int power_unlock(sqlite3_file *file, int kind) { return REAL(file)->pMethods->xUnlock(REAL(file), kind); }
static int power_check_lock(sqlite3_file *file, int *is) { return REAL(file)->pMethods->xCheckReservedLock(REAL(file), is); }
static int power_control(sqlite3_file *file, int op, void *what) { return REAL(file)->pMethods->xFileControl(REAL(file), op, what); }
static int power_sector(sqlite3_file *file) { return REAL(file)->pMethods->xSectorSize(REAL(file)); }
static int power_device(sqlite3_file *file) { return REAL(file)->pMethods->xDeviceCharacteristics(REAL(file)); }
static int power_shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **to) {
    return REAL(file)->pMethods->xShmMap(REAL(file), page, size, extend, to);
}
static int power_shm_lock(sqlite3_file *file, int at, int n, int flags) {
    return REAL(file)->pMethods->xShmLock(REAL(file), at, n, flags);
}
static void power_shm_barrier(sqlite3_file *file) { REAL(file)->pMethods->xShmBarrier(REAL(file)); }
static int power_shm_unmap(sqlite3_file *file, int remove) { return REAL(file)->pMethods->xShmUnmap(REAL(file), remove); }

static int power_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out) {
    struct power_file *ours = power_of(file);
    int code;
    (void)vfs;
    memset(ours, 0, sizeof *ours);
    if (power.dead) return SQLITE_CANTOPEN;
    ours->real = (sqlite3_file *)calloc(1, (size_t)power.real->szOsFile);
    if (ours->real == NULL) return SQLITE_NOMEM;
    code = power.real->xOpen(power.real, name, ours->real, flags, out);
    if (code != SQLITE_OK) {
        free(ours->real);
        return code;
    }
    ours->disk = name == NULL ? NULL : power_disk_of(name);
    ours->base.pMethods = &power.methods;
    return SQLITE_OK;
}

/* Names are as durable as an ordered file system makes them. */
static int power_delete(sqlite3_vfs *vfs, const char *name, int sync) {
    struct power_disk *disk = power_disk_of(name);
    (void)vfs;
    if (power.dead) return SQLITE_IOERR_DELETE;
    if (disk != NULL) {
        power_forget(disk);
        disk->size = 0;
    }
    return power.real->xDelete(power.real, name, sync);
}

/* ---- for tests ---- */

/* power_on: a disk that works, until the cut_at-th operation; 0: for ever. Becomes SQLite's default. */
static void power_on(uint64_t cut_at, uint64_t seed) {
    if (power.real == NULL) {
        power.real = sqlite3_vfs_find(NULL);
        power.vfs = *power.real;
        power.vfs.pNext = NULL;
        power.vfs.zName = "power";
        power.vfs.szOsFile = (int)sizeof(struct power_file);
        power.vfs.xOpen = power_open;
        power.vfs.xDelete = power_delete;
        power.methods = (sqlite3_io_methods){2, power_close, power_read, power_write_to, power_truncate, power_sync, power_size,
                                             power_lock, power_unlock, power_check_lock, power_control, power_sector,
                                             power_device, power_shm_map, power_shm_lock, power_shm_barrier,
                                             power_shm_unmap, NULL, NULL};
        if (sqlite3_vfs_register(&power.vfs, 0) != SQLITE_OK) abort();
    }
    if (sqlite3_vfs_register(&power.vfs, 1) != SQLITE_OK) abort();
    power.operations = power.syncs = 0;
    power.cut_at = cut_at;
    power.random = seed;
    power.dead = 0;
}

/* Writes that were not synced reach the disk or not, whole or torn; in any order, as later ones may lack earlier ones. */
static void power_lose(struct power_disk *disk) {
    uint32_t mood = power_pick(4); /* 0: none; 1: all; else any */
    for (size_t i = 0; i < disk->write_count; i++) {
        const struct power_write *write = &disk->writes[i];
        int from = 0, to = write->len;
        if (mood == 0 || (mood > 1 && power_pick(2) == 0)) continue;
        if (mood > 1 && write->len > POWER_SECTOR && power_pick(2) == 0) {
            int sectors = write->len / POWER_SECTOR;
            to = (int)power_pick((uint32_t)sectors + 1) * POWER_SECTOR;
            from = (int)power_pick((uint32_t)(to / POWER_SECTOR) + 1) * POWER_SECTOR;
            if (from == to) continue;
        }
        power_apply(disk, write, from, to);
    }
    power_forget(disk);
}

/* power_restore: the power is back, and SQLite works on the real disk: the files are what is left of them. */
static void power_restore(void) {
    for (size_t i = 0; i < power.disk_count; i++) {
        struct power_disk *disk = &power.disks[i];
        char shm[272];
        FILE *file;
        power_lose(disk);
        (void)unlink(disk->name);
        snprintf(shm, sizeof shm, "%s-shm", disk->name);
        (void)unlink(shm);
        if (disk->size > 0) {
            file = fopen(disk->name, "wb");
            if (file == NULL || fwrite(disk->synced, 1, (size_t)disk->size, file) != (size_t)disk->size) abort();
            fclose(file);
        }
        free(disk->synced);
        free(disk->writes);
    }
    power.disk_count = 0;
    power.dead = 0;
    if (sqlite3_vfs_register(power.real, 1) != SQLITE_OK) abort();
}

#endif
