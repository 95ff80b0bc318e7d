/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What a process may still do once it has said what it needs: Landlock (which files, which ports), then seccomp (which system calls).
 * Both are inherited by threads and never taken back, so it is entered after everything was opened and before the first thread.
 * A process that has been taken over can then read and write its own folder, and that is all: no other file, no program.
 *
 * Landlock: Linux 5.13 or newer, as docs.kernel.org/userspace-api/landlock.html says; seccomp by libseccomp.
 */
#ifndef LX_KERNEL_SANDBOX_SANDBOX_H
#define LX_KERNEL_SANDBOX_SANDBOX_H

#include "base/call.h"

/* A file or a folder with all below it. What is not there is passed over. LX_SANDBOX_CHANGE: also to write, make, rename and
 * remove files and folders in it; never to run them. */
enum lx_sandbox_use { LX_SANDBOX_READ = 1, LX_SANDBOX_CHANGE };
struct lx_sandbox_path {
	const char *path;
	enum lx_sandbox_use use;
};

/* `paths`: ends with a zero row. `port`: the only TCP port that may be listened at; 0: any free one. `connects`: may open connections to
 * others, which needs the resolver's files (lx_sandbox_resolver), its libraries and datagrams. */
struct lx_sandbox {
	const struct lx_sandbox_path *paths;
	unsigned port;
	bool connects;
};

/* What the kernel gave: Landlock's version (0: the kernel has none), and whether system calls are filtered. */
struct lx_sandbox_held {
	int landlock;
	bool calls;
};

/* The files and libraries that resolving names and checking certificates reads; ends with a zero row. */
extern const struct lx_sandbox_path lx_sandbox_resolver[];

/* Shuts the calling thread in, and all it starts afterwards. A kernel without one of the two is no fault: `held` says it. LX_BROKEN
 * `sandbox.failed` where a kernel that has it refuses. */
LX_CHECK enum lx_code lx_sandbox_enter(
	struct lx_call *call, const struct lx_sandbox *wanted, struct lx_sandbox_held *held);

/* The two halves, as lx_sandbox_enter calls them: LX_NOT_FOUND without a fault where the kernel has none. */
LX_CHECK enum lx_code lx_sandbox_files(
	struct lx_call *call, const struct lx_sandbox *wanted, int *version);
LX_CHECK enum lx_code lx_sandbox_calls(struct lx_call *call, const struct lx_sandbox *wanted);

#endif
