/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Whole files: read at once; written beside, forced to disk, renamed, and the folder forced to disk too. */
#include "kernel/record/whole_file.h"

#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_MOST 4096

static enum lx_code broken(struct lx_call *call, const char *path)
{
	return lx_fail(call, LX_BROKEN, NULL, "record.file", "%s: %s", path, strerror(errno));
}

static enum lx_code path_of(struct lx_call *call, const char *folder, const char *name,
	const char *ending, char path[PATH_MOST])
{
	if (snprintf(path, PATH_MOST, "%s/%s%s", folder, name, ending) < PATH_MOST)
		return LX_OK;
	errno = ENAMETOOLONG;
	return broken(call, folder);
}

static void close_file(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
}

enum lx_code lx_whole_read(
	struct lx_call *call, const char *folder, const char *name, struct lx_text *text)
{
	LX_CLOSE(close_file) int fd = -1;
	char path[PATH_MOST];
	struct stat about;
	size_t n = 0;

	LX_TRY(path_of(call, folder, name, "", path));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? LX_NOT_FOUND : broken(call, path);
	if (fstat(fd, &about) != 0)
		return broken(call, path);
	if (!S_ISREG(about.st_mode) || (size_t)about.st_size > LX_WHOLE_FILE_MOST) {
		errno = EFBIG;
		return broken(call, path);
	}
	size_t size = (size_t)about.st_size;
	char *bytes = lx_alloc(call, size + 1);
	if (bytes == NULL)
		return LX_BROKEN;
	while (n < size) {
		ssize_t got = read(fd, bytes + n, size - n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return broken(call, path);
		n += (size_t)got;
	}
	*text = (struct lx_text){ bytes, n };
	return LX_OK;
}

static bool write_all(int fd, struct lx_text text)
{
	while (text.len > 0) {
		ssize_t put = write(fd, text.at, text.len);
		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return false;
		text = (struct lx_text){ text.at + put, text.len - (size_t)put };
	}
	return true;
}

/* A name in a folder lasts once the folder is on disk. */
static bool sync_folder(const char *folder)
{
	LX_CLOSE(close_file) int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd >= 0 && fsync(fd) == 0;
}

/* A link, unlike a rename, never takes the place of what is there. */
static bool put_in_place(const char *beside, const char *path, bool fresh)
{
	if (!fresh)
		return rename(beside, path) == 0;
	return link(beside, path) == 0 && unlink(beside) == 0;
}

static enum lx_code write_beside(
	struct lx_call *call, const char *beside, struct lx_text text, bool secret)
{
	LX_CLOSE(close_file) int fd = -1;

	(void)unlink(beside); /* what a killed process left */
	fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, secret ? 0600 : 0644);
	if (fd < 0 || !write_all(fd, text) || fsync(fd) != 0)
		return broken(call, beside);
	return LX_OK;
}

enum lx_code lx_whole_write(struct lx_call *call, const char *folder, const char *name,
	struct lx_text text, struct lx_whole_how how)
{
	char path[PATH_MOST], beside[PATH_MOST];

	LX_TRY(path_of(call, folder, name, "", path));
	LX_TRY(path_of(call, folder, name, ".new", beside));
	enum lx_code code = write_beside(call, beside, text, how.secret);
	if (code == LX_OK && !put_in_place(beside, path, how.fresh))
		code = errno == EEXIST
			       ? lx_fail(call, LX_CONFLICT, NULL, "record.file_there", "%s", path)
			       : broken(call, path);
	if (code == LX_OK && !sync_folder(folder))
		code = broken(call, folder);
	if (code != LX_OK)
		(void)unlink(beside);
	return code;
}
