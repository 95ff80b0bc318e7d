/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* lianxi manual DIR: the manual pages in both languages and the completion of bash and zsh, for `make install` and packages. */
#include "cli/manual.h"

#include "cli/result.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define PATH_MOST 4096

static enum lx_code path_of(struct lx_cli *cli, const char *name, char path[PATH_MOST])
{
	if (snprintf(path, PATH_MOST, "%s/%s", cli->operands[0], name) >= PATH_MOST)
		return lx_fail(&cli->call, LX_INVALID, cli->operands[0], "cli.open", "%s",
			strerror(ENAMETOOLONG));
	return LX_OK;
}

static enum lx_code make_folder(struct lx_cli *cli, const char *name)
{
	char path[PATH_MOST];

	LX_TRY(path_of(cli, name, path));
	if (mkdir(path, 0755) == 0 || errno == EEXIST)
		return LX_OK;
	return lx_fail(&cli->call, LX_INVALID, path, "cli.open", "%s", strerror(errno));
}

static enum lx_code write_file(struct lx_cli *cli, const char *name, struct lx_buf *text)
{
	char path[PATH_MOST];

	if (lx_buf_failed(text))
		return lx_fail(&cli->call, LX_BROKEN, NULL, "base.memory", NULL);
	LX_TRY(path_of(cli, name, path));
	return lx_cli_write(cli, path, lx_buf_view(text));
}

/* NULL: the page of all. */
static enum lx_code write_page(
	struct lx_cli *cli, enum lx_lang lang, const struct lx_command *command)
{
	LX_CLOSE(lx_buf_close) struct lx_buf page = { 0 };
	char name[128];

	(void)snprintf(name, sizeof name, "%sman1/lianxi%s%s.1", lang == LX_ZH ? "zh_CN/" : "",
		command == NULL ? "" : "-", command == NULL ? "" : command->name);
	lx_manual_page(&page, lang, command);
	return write_file(cli, name, &page);
}

static enum lx_code write_pages(struct lx_cli *cli, enum lx_lang lang)
{
	LX_TRY(write_page(cli, lang, NULL));
	for (size_t i = 0; lx_commands[i] != NULL; i++)
		LX_TRY(write_page(cli, lang, lx_commands[i]));
	return LX_OK;
}

static enum lx_code write_completion(
	struct lx_cli *cli, const char *name, void (*script)(struct lx_buf *out))
{
	LX_CLOSE(lx_buf_close) struct lx_buf text = { 0 };

	script(&text);
	return write_file(cli, name, &text);
}

static enum lx_code run(struct lx_cli *cli)
{
	static const char *const folders[] = { "", "man1", "zh_CN", "zh_CN/man1" };

	for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++)
		LX_TRY(make_folder(cli, folders[i]));
	LX_TRY(write_pages(cli, LX_EN));
	LX_TRY(write_pages(cli, LX_ZH));
	LX_TRY(write_completion(cli, "lianxi.bash", lx_completion_bash));
	LX_TRY(write_completion(cli, "_lianxi", lx_completion_zsh));
	lx_tell(cli, "manual.done", cli->operands[0]);
	lx_fact_text(cli, "folder", cli->operands[0]);
	return LX_OK;
}

static const struct lx_option options[] = {
	LX_FORMAT_OPTION,
	{ 0 },
};

const struct lx_command lx_manual_command = { "manual", "DIR", 1, 1, options, run };
