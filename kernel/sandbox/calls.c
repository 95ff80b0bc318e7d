/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Which system calls: a list of what a server does (libseccomp); everything else is refused with EPERM, which the libraries take for
 * "not here". No other program, no new process, no other user, no tracing, no mounting, no clock, no module of the kernel.
 */
#include "kernel/sandbox/sandbox.h"

#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define SOCKET_KINDS 0xf /* without SOCK_CLOEXEC and SOCK_NONBLOCK */

/* By what they are for. A name that an architecture does not have is passed over. */
static const char *const calls[] = {
	/* files that Landlock lets be opened */
	"open", "openat", "creat", "close", "close_range", "read", "readv", "pread64", "preadv",
	"preadv2", "write", "writev", "pwrite64", "pwritev", "pwritev2", "lseek", "_llseek",
	"sendfile", "sendfile64", "stat", "stat64", "lstat", "lstat64", "fstat", "fstat64",
	"fstatat64", "newfstatat", "statx", "statfs", "fstatfs", "access", "faccessat",
	"faccessat2", "readlink", "readlinkat", "getcwd", "getdents", "getdents64", "fcntl",
	"fcntl64", "flock", "fsync", "fdatasync", "sync_file_range", "ftruncate", "ftruncate64",
	"truncate", "truncate64", "fallocate", "fadvise64", "fadvise64_64", "rename", "renameat",
	"renameat2", "link", "linkat", "unlink", "unlinkat", "mkdir", "mkdirat", "rmdir", "fchmod",
	"fchown", "umask", "utimensat", "dup", "dup2", "dup3",
	/* memory */
	"brk", "munmap", "mremap", "madvise", "mlock", "mlock2", "munlock", "membarrier",
	/* threads, waiting, signals to itself */
	"futex", "futex_time64", "futex_waitv", "set_robust_list", "get_robust_list", "rseq",
	"set_tid_address", "sched_yield", "sched_getaffinity", "sched_setaffinity",
	"sched_getparam", "sched_getscheduler", "gettid", "exit", "exit_group", "poll", "ppoll",
	"ppoll_time64", "select", "_newselect", "pselect6", "epoll_create1", "epoll_ctl",
	"epoll_wait", "epoll_pwait", "eventfd2", "pipe", "pipe2", "rt_sigaction", "rt_sigprocmask",
	"rt_sigreturn", "rt_sigtimedwait", "rt_sigtimedwait_time64", "rt_sigpending", "sigaltstack",
	"tgkill", "restart_syscall",
	/* the time, what one is, how much there is */
	"clock_gettime", "clock_gettime64", "clock_getres", "clock_nanosleep",
	"clock_nanosleep_time64", "nanosleep", "gettimeofday", "time", "getrandom", "getpid",
	"getppid", "getuid", "geteuid", "getgid", "getegid", "getrlimit", "ugetrlimit", "setrlimit",
	"prlimit64", "getrusage", "times", "sysinfo", "uname",
	/* sockets that are there, and listening */
	"bind", "listen", "accept", "accept4", "getsockname", "getpeername", "getsockopt",
	"setsockopt", "shutdown", "recv", "recvfrom", "recvmsg", "recvmmsg", "send", "sendto",
	"sendmsg", "sendmmsg", "socketpair", NULL
};

static const unsigned long controls[] = { FIONBIO, FIONREAD, TCGETS };
static const int names_only[] = { PR_SET_NAME, PR_GET_NAME };

static void let_go(scmp_filter_ctx *filter)
{
	seccomp_release(*filter);
}

/* A call by its name, under a condition on one of its arguments; for a call that is allowed at all, `n` is 0. */
static bool allow(
	scmp_filter_ctx filter, const char *name, unsigned n, const struct scmp_arg_cmp *when)
{
	int number = seccomp_syscall_resolve_name(name);

	return number == __NR_SCMP_ERROR ||
	       seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, number, n, when) == 0;
}

/* Memory that becomes a program only where libraries are still to be loaded. */
static bool allow_memory(scmp_filter_ctx filter, bool programs)
{
	static const char *const names[] = { "mmap", "mmap2", "mprotect" };
	const struct scmp_arg_cmp data = SCMP_CMP(2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
	bool good = true;

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		good = good && allow(filter, names[i], programs ? 0 : 1, &data);
	return good;
}

/* Streams of the two families; for who connects, also what the resolver asks with. */
static bool allow_sockets(scmp_filter_ctx filter, bool connects)
{
	static const int families[] = { AF_INET, AF_INET6, AF_UNIX, AF_NETLINK };
	const struct scmp_arg_cmp kind = SCMP_CMP(1, SCMP_CMP_MASKED_EQ, SOCKET_KINDS, SOCK_STREAM);
	bool good = true;

	for (size_t i = 0; i < (connects ? 4 : 2); i++) {
		const struct scmp_arg_cmp when[] = {
			SCMP_CMP(0, SCMP_CMP_EQ, (scmp_datum_t)families[i], 0), kind
		};
		good = good && allow(filter, "socket", connects ? 1 : 2, when);
	}
	return good && (!connects || allow(filter, "connect", 0, NULL));
}

/* Threads, no processes. Of clone3 the flags cannot be seen from here: without it the C library takes clone. */
static bool allow_threads(scmp_filter_ctx filter)
{
	const struct scmp_arg_cmp thread = SCMP_CMP(
		0, SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD);

	return allow(filter, "clone", 1, &thread) &&
	       seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0) == 0;
}

static bool allow_controls(scmp_filter_ctx filter)
{
	bool good = true;

	for (size_t i = 0; i < sizeof controls / sizeof controls[0]; i++) {
		const struct scmp_arg_cmp when = SCMP_CMP(1, SCMP_CMP_EQ, controls[i], 0);
		good = good && allow(filter, "ioctl", 1, &when);
	}
	for (size_t i = 0; i < sizeof names_only / sizeof names_only[0]; i++) {
		const struct scmp_arg_cmp when = SCMP_CMP(
			0, SCMP_CMP_EQ, (scmp_datum_t)names_only[i], 0);
		good = good && allow(filter, "prctl", 1, &when);
	}
	return good;
}

enum lx_code lx_sandbox_calls(struct lx_call *call, const struct lx_sandbox *wanted)
{
	LX_CLOSE(let_go) scmp_filter_ctx filter = NULL;
	bool good = true;

	if (prctl(PR_GET_SECCOMP, 0, 0, 0, 0) < 0 && errno == EINVAL)
		return LX_NOT_FOUND;
	filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	if (filter == NULL)
		return lx_fail(call, LX_BROKEN, NULL, "base.memory", NULL);
	for (size_t i = 0; calls[i] != NULL; i++)
		good = good && allow(filter, calls[i], 0, NULL);
	good = good && allow_memory(filter, wanted->connects) &&
	       allow_sockets(filter, wanted->connects) && allow_threads(filter) &&
	       allow_controls(filter);
	int code = good ? seccomp_load(filter) : -EINVAL;
	if (code == 0)
		return LX_OK;
	return lx_fail(call, LX_BROKEN, NULL, "sandbox.failed", "seccomp: %s", strerror(-code));
}
