/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Entering: first the files, then the calls, since the calls do not let anyone ask for rules of files any more. */
#include "kernel/sandbox/sandbox.h"

#include <errno.h>
#include <string.h>
#include <sys/prctl.h>

/* Single files, so that nothing else in /etc is read with them. */
const struct lx_sandbox_path lx_sandbox_resolver[] = {
	{ "/etc/resolv.conf", LX_SANDBOX_READ },
	{ "/etc/hosts", LX_SANDBOX_READ },
	{ "/etc/host.conf", LX_SANDBOX_READ },
	{ "/etc/nsswitch.conf", LX_SANDBOX_READ },
	{ "/etc/gai.conf", LX_SANDBOX_READ },
	{ "/etc/services", LX_SANDBOX_READ },
	{ "/etc/protocols", LX_SANDBOX_READ },
	{ "/etc/ld.so.cache", LX_SANDBOX_READ },
	{ "/etc/ssl/openssl.cnf", LX_SANDBOX_READ },
	{ "/etc/ssl/certs", LX_SANDBOX_READ },
	{ "/usr/share/ca-certificates", LX_SANDBOX_READ },
	{ "/usr/local/share/ca-certificates", LX_SANDBOX_READ },
	{ "/usr/lib", LX_SANDBOX_READ },
	{ "/run/systemd/resolve", LX_SANDBOX_READ },
	{ "/run/resolvconf", LX_SANDBOX_READ },
	{ NULL, 0 },
};

static enum lx_code passed_over(enum lx_code code)
{
	return code == LX_NOT_FOUND ? LX_OK : code;
}

enum lx_code lx_sandbox_enter(
	struct lx_call *call, const struct lx_sandbox *wanted, struct lx_sandbox_held *held)
{
	*held = (struct lx_sandbox_held){ 0 };
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return lx_fail(call, LX_BROKEN, NULL, "sandbox.failed", "no_new_privs: %s",
			strerror(errno));
	LX_TRY(passed_over(lx_sandbox_files(call, wanted, &held->landlock)));
	enum lx_code code = lx_sandbox_calls(call, wanted);
	held->calls = code == LX_OK;
	return passed_over(code);
}
