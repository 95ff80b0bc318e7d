/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The failing file layer: each method hands on to the system's file kept behind our header. Only what
 * brings bytes to the disk is counted: writing, truncating, syncing, growing the shared index.
 */
#include "kernel/store/faults.h"

#include <stdio.h>
#include <string.h>

struct file {
	sqlite3_file base;
	struct lx_faults *faults;
	sqlite3_file *real; /* lies right behind this struct */
};

static sqlite3_file *real_of(sqlite3_file *file)
{
	return ((struct file *)(void *)file)->real;
}

static sqlite3_vfs *system_of(sqlite3_vfs *vfs)
{
	return ((struct lx_faults *)vfs->pAppData)->system;
}

/* Whether this write is one of those that fail. */
static int fails(sqlite3_file *file)
{
	struct lx_faults *faults = ((struct file *)(void *)file)->faults;
	uint64_t left = atomic_load(&faults->countdown);

	if (left == 0)
		return 0;
	if (left > 1) {
		atomic_store(&faults->countdown, left - 1);
		return 0;
	}
	if (atomic_load(&faults->times) > 0 && atomic_fetch_sub(&faults->times, 1) == 1)
		atomic_store(&faults->countdown, 0);
	return 1;
}

static int f_close(sqlite3_file *file)
{
	return real_of(file)->pMethods->xClose(real_of(file));
}

static int f_read(sqlite3_file *file, void *to, int n, sqlite3_int64 at)
{
	struct lx_faults *faults = ((struct file *)(void *)file)->faults;
	uint64_t left = atomic_load(&faults->reads);

	if (left == 1)
		return SQLITE_IOERR_READ;
	if (left > 1)
		atomic_store(&faults->reads, left - 1);
	return real_of(file)->pMethods->xRead(real_of(file), to, n, at);
}

static int f_write(sqlite3_file *file, const void *from, int n, sqlite3_int64 at)
{
	return fails(file) ? SQLITE_FULL
			   : real_of(file)->pMethods->xWrite(real_of(file), from, n, at);
}

static int f_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	return fails(file) ? SQLITE_IOERR_TRUNCATE
			   : real_of(file)->pMethods->xTruncate(real_of(file), size);
}

static int f_sync(sqlite3_file *file, int flags)
{
	return fails(file) ? SQLITE_IOERR_FSYNC
			   : real_of(file)->pMethods->xSync(real_of(file), flags);
}

static int f_size(sqlite3_file *file, sqlite3_int64 *size)
{
	return real_of(file)->pMethods->xFileSize(real_of(file), size);
}

static int f_lock(sqlite3_file *file, int level)
{
	return real_of(file)->pMethods->xLock(real_of(file), level);
}

static int f_unlock(sqlite3_file *file, int level)
{
	return real_of(file)->pMethods->xUnlock(real_of(file), level);
}

static int f_reserved(sqlite3_file *file, int *held)
{
	return real_of(file)->pMethods->xCheckReservedLock(real_of(file), held);
}

static int f_control(sqlite3_file *file, int op, void *argument)
{
	return real_of(file)->pMethods->xFileControl(real_of(file), op, argument);
}

static int f_sector(sqlite3_file *file)
{
	return real_of(file)->pMethods->xSectorSize(real_of(file));
}

static int f_device(sqlite3_file *file)
{
	return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

static int f_shm_map(sqlite3_file *file, int page, int size, int grow, void volatile **at)
{
	if (grow && fails(file))
		return SQLITE_IOERR_SHMSIZE;
	return real_of(file)->pMethods->xShmMap(real_of(file), page, size, grow, at);
}

static int f_shm_lock(sqlite3_file *file, int offset, int n, int flags)
{
	return real_of(file)->pMethods->xShmLock(real_of(file), offset, n, flags);
}

static void f_shm_barrier(sqlite3_file *file)
{
	real_of(file)->pMethods->xShmBarrier(real_of(file));
}

static int f_shm_unmap(sqlite3_file *file, int gone)
{
	return real_of(file)->pMethods->xShmUnmap(real_of(file), gone);
}

/* Version 2: no memory-mapped reading, which the store does not use. */
static const sqlite3_io_methods methods = {
	.iVersion = 2,
	.xClose = f_close,
	.xRead = f_read,
	.xWrite = f_write,
	.xTruncate = f_truncate,
	.xSync = f_sync,
	.xFileSize = f_size,
	.xLock = f_lock,
	.xUnlock = f_unlock,
	.xCheckReservedLock = f_reserved,
	.xFileControl = f_control,
	.xSectorSize = f_sector,
	.xDeviceCharacteristics = f_device,
	.xShmMap = f_shm_map,
	.xShmLock = f_shm_lock,
	.xShmBarrier = f_shm_barrier,
	.xShmUnmap = f_shm_unmap,
};

static int v_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags, int *given)
{
	struct file *ours = (struct file *)(void *)file;
	sqlite3_vfs *system = system_of(vfs);

	*ours = (struct file){ .faults = vfs->pAppData,
		.real = (sqlite3_file *)(void *)(ours + 1) };
	memset(ours->real, 0, (size_t)system->szOsFile);
	int answer = system->xOpen(system, path, ours->real, flags, given);
	ours->base.pMethods = ours->real->pMethods == NULL ? NULL : &methods;
	return answer;
}

static int v_delete(sqlite3_vfs *vfs, const char *path, int sync)
{
	return system_of(vfs)->xDelete(system_of(vfs), path, sync);
}

static int v_access(sqlite3_vfs *vfs, const char *path, int flags, int *answer)
{
	return system_of(vfs)->xAccess(system_of(vfs), path, flags, answer);
}

static int v_full(sqlite3_vfs *vfs, const char *path, int n, char *out)
{
	return system_of(vfs)->xFullPathname(system_of(vfs), path, n, out);
}

static int v_random(sqlite3_vfs *vfs, int n, char *out)
{
	return system_of(vfs)->xRandomness(system_of(vfs), n, out);
}

static int v_sleep(sqlite3_vfs *vfs, int microseconds)
{
	return system_of(vfs)->xSleep(system_of(vfs), microseconds);
}

static int v_time(sqlite3_vfs *vfs, sqlite3_int64 *now)
{
	return system_of(vfs)->xCurrentTimeInt64(system_of(vfs), now);
}

static int v_error(sqlite3_vfs *vfs, int n, char *out)
{
	return system_of(vfs)->xGetLastError(system_of(vfs), n, out);
}

int lx_faults_open(struct lx_faults *faults)
{
	sqlite3_vfs *system = sqlite3_vfs_find("unix");

	if (system == NULL)
		return SQLITE_ERROR;
	faults->system = system;
	(void)snprintf(faults->name, sizeof faults->name, "lianxi-%p", (void *)faults);
	faults->vfs = (sqlite3_vfs){
		.iVersion = 2,
		.szOsFile = (int)sizeof(struct file) + system->szOsFile,
		.mxPathname = system->mxPathname,
		.zName = faults->name,
		.pAppData = faults,
		.xOpen = v_open,
		.xDelete = v_delete,
		.xAccess = v_access,
		.xFullPathname = v_full,
		.xRandomness = v_random,
		.xSleep = v_sleep,
		.xCurrentTimeInt64 = v_time,
		.xGetLastError = v_error,
	};
	return sqlite3_vfs_register(&faults->vfs, 0);
}

void lx_faults_close(struct lx_faults *faults)
{
	if (faults->vfs.zName != NULL)
		(void)sqlite3_vfs_unregister(&faults->vfs);
}
