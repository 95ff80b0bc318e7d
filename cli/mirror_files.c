/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Reading, fetching and keeping the files of a mirror. */
#include "cli/mirror_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_MOST 4096

static enum lx_code path_of(struct lx_mirror *m, const char *name, char path[PATH_MOST])
{
	if (snprintf(path, PATH_MOST, "%s/%s", m->folder, name) >= PATH_MOST)
		return lx_fail(&m->cli->call, LX_INVALID, m->folder, "cli.open", "%s",
			strerror(ENAMETOOLONG));
	return LX_OK;
}

static void close_file(const int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
}

/* LX_NOT_FOUND without a fault when it is not there, or is longer than it may be. */
static enum lx_code read_file(
	struct lx_mirror *m, const char *path, size_t most, struct lx_text *bytes)
{
	LX_CLOSE(close_file) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct stat about;
	size_t n = 0;

	if (fd < 0 || fstat(fd, &about) != 0 || !S_ISREG(about.st_mode) ||
		(uint64_t)about.st_size > most)
		return LX_NOT_FOUND;
	char *at = lx_alloc(&m->cli->call, (size_t)about.st_size + 1);
	if (at == NULL)
		return LX_BROKEN;
	while (n < (size_t)about.st_size) {
		ssize_t got = read(fd, at + n, (size_t)about.st_size - n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return LX_NOT_FOUND;
		n += (size_t)got;
	}
	*bytes = (struct lx_text){ at, n };
	return LX_OK;
}

/* The folders on the way to a file. */
static enum lx_code make_way(struct lx_mirror *m, char path[PATH_MOST])
{
	for (char *c = path + strlen(m->folder); *c != '\0'; c++) {
		if (*c != '/')
			continue;
		*c = '\0';
		int made = mkdir(path, 0755);
		*c = '/';
		if (made != 0 && errno != EEXIST)
			return lx_fail(
				&m->cli->call, LX_BROKEN, path, "cli.open", "%s", strerror(errno));
	}
	return LX_OK;
}

static enum lx_code fetch(struct lx_mirror *m, const char *name, struct lx_mirror_file *file)
{
	char address[PATH_MOST];
	struct lx_text body;

	(void)snprintf(address, sizeof address, "/%s", name);
	LX_TRY(lx_fetch_get(m->fetch, &m->cli->call, address, file->most, &file->status, &body));
	if (file->status != 200)
		return LX_OK;
	char *copy = lx_arena_copy(m->cli->call.arena, body.at, body.len);
	if (copy == NULL)
		return lx_fail(&m->cli->call, LX_BROKEN, NULL, "base.memory", NULL);
	file->bytes = (struct lx_text){ copy, body.len };
	return LX_OK;
}

static enum lx_code differs(struct lx_mirror *m, const char *name)
{
	return lx_fail(&m->cli->call, LX_CONFLICT, name, "mirror.differs", "%s", name);
}

enum lx_code lx_mirror_file(struct lx_mirror *m, const char *name, struct lx_mirror_file *file)
{
	char path[PATH_MOST];
	enum lx_code code = LX_NOT_FOUND;

	if (m->folder != NULL) {
		LX_TRY(path_of(m, name, path));
		code = read_file(m, path, file->most, &file->bytes);
	}
	file->status = code == LX_OK ? 200 : 404;
	if (code == LX_OK && file->holds(file->with, file->bytes))
		return LX_OK;
	if (code != LX_OK && code != LX_NOT_FOUND)
		return code;
	if (m->fetch == NULL)
		return code == LX_OK ? differs(m, name) : LX_OK;
	LX_TRY(fetch(m, name, file));
	if (file->status != 200)
		return LX_OK;
	if (!file->holds(file->with, file->bytes))
		return differs(m, name);
	if (m->folder == NULL)
		return LX_OK;
	LX_TRY(make_way(m, path));
	return lx_cli_write(m->cli, path, file->bytes);
}

void lx_mirror_forget(struct lx_mirror *m, const char *name)
{
	char path[PATH_MOST];

	if (m->folder != NULL && path_of(m, name, path) == LX_OK)
		(void)unlink(path);
}

enum lx_code lx_mirror_differs(struct lx_mirror *m, const char *kind, int64_t number)
{
	char place[48];

	(void)snprintf(place, sizeof place, "%s/%lld", kind, (long long)number);
	return differs(m, place);
}

enum lx_code lx_mirror_unserved(struct lx_mirror *m, const char *name, long status)
{
	return lx_fail(
		&m->cli->call, LX_CONFLICT, name, "mirror.unserved", "%s (%ld)", name, status);
}
