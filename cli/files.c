/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Files, standard output and the progress bar of the commands. */
#include "cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define INPUT_MAX ((size_t)64 << 30) /* more than any election, less than a mistake */

static enum lx_code open_fault(struct lx_cli *cli, const char *path)
{
	enum lx_code code = errno == ENOENT || errno == EACCES || errno == EISDIR ? LX_INVALID
										  : LX_BROKEN;

	return lx_fail(&cli->call, code, path, "cli.open", "%s", strerror(errno));
}

static enum lx_code read_stream(struct lx_cli *cli, int fd, const char *path, struct lx_text *text)
{
	size_t room = 1 << 16, n = 0;
	char *bytes = lx_alloc(&cli->call, room);

	for (;;) {
		if (bytes == NULL)
			return LX_BROKEN;
		ssize_t got = read(fd, bytes + n, room - n - 1);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return open_fault(cli, path);
		if (got == 0)
			break;
		n += (size_t)got;
		if (n + 1 < room)
			continue;
		char *more = n > INPUT_MAX ? NULL : lx_alloc(&cli->call, 2 * room);
		if (more != NULL)
			memcpy(more, bytes, n);
		bytes = more;
		room *= 2;
	}
	bytes[n] = '\0';
	*text = (struct lx_text){ bytes, n };
	return LX_OK;
}

/* A page-aligned length has no zero byte behind it when mapped; it is read as a stream. */
static bool mappable(const struct stat *about)
{
	return S_ISREG(about->st_mode) && about->st_size > 0 &&
	       about->st_size % sysconf(_SC_PAGESIZE) != 0;
}

static enum lx_code read_open(struct lx_cli *cli, int fd, const char *path, struct lx_text *text)
{
	struct stat about;

	if (fstat(fd, &about) != 0)
		return open_fault(cli, path);
	if (S_ISDIR(about.st_mode)) {
		errno = EISDIR;
		return open_fault(cli, path);
	}
	if (!mappable(&about))
		return read_stream(cli, fd, path, text);
	void *at = mmap(NULL, (size_t)about.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
	if (at == MAP_FAILED)
		return open_fault(cli, path);
	*text = (struct lx_text){ at, (size_t)about.st_size };
	return LX_OK;
}

static enum lx_code check_utf8(struct lx_cli *cli, const char *path, struct lx_text text)
{
	size_t bad;
	int64_t line = 1, from = 0;

	if (lx_utf8_valid(text.at, text.len, &bad))
		return LX_OK;
	for (size_t i = 0; i < bad; i++)
		if (text.at[i] == '\n') {
			line++;
			from = (int64_t)i + 1;
		}
	(void)lx_fault_at(
		&cli->call.fault, LX_INVALID, line, (int64_t)bad - from + 1, "cli.utf8", NULL);
	lx_cli_in(cli, path);
	return LX_INVALID;
}

void lx_cli_in(struct lx_cli *cli, const char *path)
{
	size_t n = lx_utf8_cut(path, strlen(path), sizeof cli->call.fault.field - 1);

	memcpy(cli->call.fault.field, path, n);
	cli->call.fault.field[n] = '\0';
}

enum lx_code lx_cli_bytes(struct lx_cli *cli, const char *path, struct lx_text *bytes)
{
	bool standard = strcmp(path, "-") == 0;
	int fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return open_fault(cli, path);
	enum lx_code code = read_open(cli, fd, path, bytes);
	if (!standard)
		(void)close(fd);
	return code;
}

enum lx_code lx_cli_read(struct lx_cli *cli, const char *path, struct lx_text *text)
{
	LX_TRY(lx_cli_bytes(cli, path, text));
	return check_utf8(cli, path, *text);
}

static bool write_all(int fd, struct lx_text text)
{
	while (text.len > 0) {
		ssize_t n = write(fd, text.at, text.len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		text.at += n;
		text.len -= (size_t)n;
	}
	return true;
}

enum lx_code lx_cli_write(struct lx_cli *cli, const char *path, struct lx_text text)
{
	char beside[4096];

	if (snprintf(beside, sizeof beside, "%s.part", path) >= (int)sizeof beside)
		return lx_fail(
			&cli->call, LX_INVALID, path, "cli.open", "%s", strerror(ENAMETOOLONG));
	int fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0)
		return open_fault(cli, path);
	bool done = write_all(fd, text) && fsync(fd) == 0;
	int why = errno;
	(void)close(fd);
	if (done && rename(beside, path) == 0)
		return LX_OK;
	if (!done)
		errno = why;
	enum lx_code code = open_fault(cli, path);
	(void)unlink(beside);
	return code;
}

enum lx_code lx_cli_flush(struct lx_cli *cli)
{
	if (lx_buf_failed(&cli->out))
		return lx_fail(&cli->call, LX_BROKEN, NULL, "base.memory", NULL);
	if (!write_all(STDOUT_FILENO, lx_buf_view(&cli->out)))
		return lx_fail(&cli->call, LX_BROKEN, NULL, "cli.output", "%s", strerror(errno));
	lx_buf_clear(&cli->out);
	return LX_OK;
}

static volatile sig_atomic_t interrupted;

static void on_interrupt(int signal_number)
{
	(void)signal_number;
	interrupted = 1;
}

struct bar {
	struct lx_progress progress;
	const char *says;
	bool shown;
	int last;
};
static struct bar bar;

static bool step(void *with, uint64_t done, uint64_t total)
{
	struct bar *b = with;
	int per_mille = total == 0 ? 0 : (int)((double)done / (double)total * 1000);

	if (b->shown && per_mille != b->last) {
		char line[33];
		for (int i = 0; i < 32; i++)
			line[i] = i < per_mille * 32 / 1000 ? '=' : ' ';
		line[32] = '\0';
		(void)fprintf(stderr, "\r%s [%s] %3d %%", b->says, line, per_mille / 10);
		b->last = per_mille;
	}
	return !interrupted;
}

const struct lx_progress *lx_cli_progress(struct lx_cli *cli, const char *what)
{
	struct sigaction action = { .sa_handler = on_interrupt };

	lx_cli_progress_end(cli);
	(void)sigaction(SIGINT, &action, NULL);
	(void)sigaction(SIGTERM, &action, NULL);
	bar = (struct bar){
		.says = lx_tr(cli->lang, what), .shown = isatty(STDERR_FILENO), .last = -1
	};
	bar.progress = (struct lx_progress){ step, &bar };
	return &bar.progress;
}

void lx_cli_progress_end(struct lx_cli *cli)
{
	if (bar.shown && bar.last >= 0)
		(void)fputs("\r\033[K", stderr);
	bar.shown = false;
	cli->call.progress = NULL;
}
