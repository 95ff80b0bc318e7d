/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the server of a region needs once it is open, given to the sandbox. */
#include "cli/confine.h"

#include "cli/fetch.h"
#include "cli/log.h"
#include "kernel/sandbox/sandbox.h"

#include <stdio.h>
#include <unistd.h>

#define PATH_MOST 4096

/* Witnesses are asked by address: their names are resolved, their certificates checked. */
static bool has_witnesses(const struct lx_opened *opened)
{
	char path[PATH_MOST];

	return snprintf(path, sizeof path, "%s/policy", opened->keys) < PATH_MOST &&
	       access(path, F_OK) == 0;
}

static void tell(const struct lx_cli *cli, struct lx_opened *opened,
	const struct lx_sandbox *wanted, const struct lx_sandbox_held *held)
{
	LX_CLOSE(lx_buf_close) struct lx_buf line = { 0 };
	char version[16];

	(void)snprintf(version, sizeof version, "%d", held->landlock);
	if (held->landlock > 0)
		lx_say(&line, cli->lang, "sandbox.files", version);
	else
		lx_say(&line, cli->lang, "sandbox.no_files", NULL);
	lx_buf_str(&line, " ");
	lx_say(&line, cli->lang, held->calls ? "sandbox.calls" : "sandbox.no_calls", NULL);
	if (wanted->connects) {
		lx_buf_str(&line, " ");
		lx_say(&line, cli->lang, "sandbox.connects", NULL);
	}
	lx_log_note(&opened->clock, lx_buf_view(&line));
}

enum lx_code lx_confine(
	struct lx_cli *cli, const char *folder, struct lx_opened *opened, unsigned port)
{
	const struct lx_sandbox_path paths[] = {
		{ folder, LX_SANDBOX_CHANGE },
		{ opened->keys, LX_SANDBOX_CHANGE }, /* may be a link to another disk */
		{ "/dev/urandom", LX_SANDBOX_READ },
		{ NULL, 0 },
	};
	const struct lx_sandbox wanted = { paths, port, has_witnesses(opened) };
	struct lx_sandbox_held held;

	if (lx_option(cli, "no-sandbox") != NULL)
		return LX_OK;
	if (wanted.connects)
		lx_fetch_prepare();
	LX_TRY(lx_sandbox_enter(&cli->call, &wanted, &held));
	tell(cli, opened, &wanted, &held);
	return LX_OK;
}
