/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Which files and ports: Landlock, by its three system calls (the C library has no functions for them). The rights are numbered
 * here because the headers of Debian 12 end with those of Linux 6.1; what a kernel does not know yet is not asked of it.
 */
#include "kernel/sandbox/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define EXECUTE    (UINT64_C(1) << 0)
#define WRITE_FILE (UINT64_C(1) << 1)
#define READ_FILE  (UINT64_C(1) << 2)
#define READ_DIR   (UINT64_C(1) << 3)
#define REMOVE     (UINT64_C(3) << 4) /* folders, files */
#define MAKE_DIR   (UINT64_C(1) << 7)
#define MAKE_REG   (UINT64_C(1) << 8)
#define REFER      (UINT64_C(1) << 13)
#define TRUNCATE   (UINT64_C(1) << 14)

#define READING  (READ_FILE | READ_DIR)
#define CHANGING (READING | WRITE_FILE | REMOVE | MAKE_DIR | MAKE_REG | REFER | TRUNCATE)
#define OF_FILES                                                                                   \
	(EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE) /* what a rule about one file may say */

#define BIND_TCP      (UINT64_C(1) << 0)
#define CONNECT_TCP   (UINT64_C(1) << 1)
#define SCOPES        UINT64_C(3) /* no abstract sockets, no signals beyond the sandbox */
#define RULE_OF_PORTS 2

#define WITH_REFER    2 /* versions of the interface that brought something */
#define WITH_TRUNCATE 3
#define WITH_PORTS    4
#define WITH_DEVICES  5
#define WITH_SCOPES   6

/* struct landlock_ruleset_attr as it is now; an older kernel is given as much of it as it knows. */
struct ruleset {
	uint64_t files, ports, scopes;
};
struct port_rule {
	uint64_t allowed, port;
};

static const int sizes[] = { 0, 8, 8, 8, 16, 16, 24 }; /* by version */

static void close_file(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
}

static enum lx_code fail(struct lx_call *call, const char *what)
{
	return lx_fail(call, LX_BROKEN, NULL, "sandbox.failed", "%s: %s", what, strerror(errno));
}

/* Every right that this version can withhold. */
static uint64_t withheld(int version)
{
	unsigned rights = version >= WITH_DEVICES    ? 16
			  : version >= WITH_TRUNCATE ? 15
			  : version >= WITH_REFER    ? 14
						     : 13;

	return (UINT64_C(1) << rights) - 1;
}

static enum lx_code allow_path(
	struct lx_call *call, int rules, int version, const struct lx_sandbox_path *path)
{
	LX_CLOSE(close_file) int fd = open(path->path, O_PATH | O_CLOEXEC);
	struct stat about;

	if (fd < 0)
		return LX_OK;
	if (fstat(fd, &about) != 0)
		return fail(call, path->path);
	struct landlock_path_beneath_attr rule = { .parent_fd = fd,
		.allowed_access = (path->use == LX_SANDBOX_CHANGE ? CHANGING : READING) &
				  withheld(version) };
	if (!S_ISDIR(about.st_mode))
		rule.allowed_access &= OF_FILES;
	if (syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0)
		return fail(call, path->path);
	return LX_OK;
}

static enum lx_code allow_all(
	struct lx_call *call, int rules, int version, const struct lx_sandbox *wanted)
{
	const struct port_rule port = { BIND_TCP, wanted->port };

	for (const struct lx_sandbox_path *p = wanted->paths; p->path != NULL; p++)
		LX_TRY(allow_path(call, rules, version, p));
	if (wanted->connects)
		for (const struct lx_sandbox_path *p = lx_sandbox_resolver; p->path != NULL; p++)
			LX_TRY(allow_path(call, rules, version, p));
	if (version >= WITH_PORTS &&
		syscall(SYS_landlock_add_rule, rules, RULE_OF_PORTS, &port, 0) != 0)
		return fail(call, "port");
	return LX_OK;
}

enum lx_code lx_sandbox_files(struct lx_call *call, const struct lx_sandbox *wanted, int *version)
{
	long newest = syscall(
		SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);

	*version = 0;
	if (newest < 1)
		return LX_NOT_FOUND;
	int known = newest > WITH_SCOPES ? WITH_SCOPES : (int)newest;
	const struct ruleset about = { .files = withheld(known),
		.ports = BIND_TCP | (wanted->connects ? 0 : CONNECT_TCP),
		.scopes = SCOPES };
	LX_CLOSE(close_file)
	int rules = (int)syscall(SYS_landlock_create_ruleset, &about, sizes[known], 0);
	if (rules < 0)
		return fail(call, "landlock_create_ruleset");
	LX_TRY(allow_all(call, rules, known, wanted));
	if (syscall(SYS_landlock_restrict_self, rules, 0) != 0)
		return fail(call, "landlock_restrict_self");
	*version = (int)newest;
	return LX_OK;
}
