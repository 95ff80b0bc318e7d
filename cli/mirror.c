/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* lianxi mirror URL DIR: a full copy of a region's public record, by plain GETs, checked, taken up again where it stopped. */
#include "cli/mirror.h"

#include "cli/mirror_files.h"
#include "cli/receipt.h"
#include "cli/result.h"
#include "kernel/journal/hash.h"
#include "kernel/record/whole_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define PATH_MOST 4096
#define KEY_MOST  ((size_t)4096)

static enum lx_code log_folder(struct lx_mirror *m, char path[PATH_MOST])
{
	if (snprintf(path, PATH_MOST, "%s/log", m->folder) >= PATH_MOST)
		return lx_fail(&m->cli->call, LX_INVALID, m->folder, "cli.open", "%s",
			strerror(ENAMETOOLONG));
	return LX_OK;
}

/* A small file of the folder; empty when it is not there. */
static enum lx_code kept(struct lx_mirror *m, const char *name, struct lx_text *text)
{
	char folder[PATH_MOST];

	*text = (struct lx_text){ "", 0 };
	if (m->folder == NULL)
		return LX_OK;
	LX_TRY(log_folder(m, folder));
	enum lx_code code = lx_whole_read(&m->cli->call, folder, name, text);
	return code == LX_NOT_FOUND ? LX_OK : code;
}

/* A small file of the server. */
static enum lx_code served(struct lx_mirror *m, const char *name, struct lx_text *text)
{
	char path[64];
	long status;

	(void)snprintf(path, sizeof path, "/log/%s", name);
	LX_TRY(lx_fetch_get(m->fetch, &m->cli->call, path, LX_NOTE_MOST, &status, text));
	if (status != 200)
		return lx_mirror_unserved(m, path + 1, status);
	const char *copy = lx_arena_copy(m->cli->call.arena, text->at, text->len);
	if (copy == NULL)
		return lx_fail(&m->cli->call, LX_BROKEN, NULL, "base.memory", NULL);
	*text = (struct lx_text){ copy, text->len };
	return LX_OK;
}

static bool same_key(const struct lx_note_key *a, const struct lx_note_key *b)
{
	char first[LX_NOTE_KEY_TEXT], second[LX_NOTE_KEY_TEXT];

	lx_note_key_write(a, first);
	lx_note_key_write(b, second);
	return strcmp(first, second) == 0;
}

/* The key said, the folder's or the server's, in this order; whoever is not the first must be the same log. */
static enum lx_code find_key(struct lx_mirror *m, const char *said)
{
	struct lx_text text;
	struct lx_note_key of_folder;

	LX_TRY(kept(m, "key", &text));
	bool there = lx_text_trim(text).len > 0;
	if (there)
		LX_TRY(lx_note_key_read(&m->cli->call, lx_text_trim(text), &of_folder));
	if (said != NULL)
		LX_TRY(lx_note_key_read(&m->cli->call, lx_text(said), &m->key));
	else if (there)
		m->key = of_folder;
	else if (m->fetch == NULL)
		return lx_fail(&m->cli->call, LX_INVALID, m->folder, "mirror.none", NULL);
	else {
		LX_TRY(served(m, "key", &text));
		LX_TRY(lx_note_key_read(&m->cli->call, lx_text_trim(text), &m->key));
	}
	if (there && !same_key(&of_folder, &m->key))
		return lx_fail(&m->cli->call, LX_CONFLICT, m->folder, "mirror.other_log", NULL);
	return LX_OK;
}

enum lx_code lx_mirror_begin(struct lx_mirror *m, const char *key)
{
	struct lx_text old;

	LX_TRY(find_key(m, key));
	LX_TRY(kept(m, "checkpoint", &old));
	m->note = old;
	if (m->fetch != NULL)
		LX_TRY(served(m, "checkpoint", &m->note));
	if (m->note.len == 0)
		return lx_fail(&m->cli->call, LX_INVALID, m->folder, "mirror.none", NULL);
	LX_TRY(lx_checkpoint_verify(&m->cli->call, m->note, &m->key, &m->checkpoint));
	if (m->fetch == NULL || old.len == 0)
		return LX_OK;
	LX_TRY(lx_checkpoint_verify(&m->cli->call, old, &m->key, &m->before[0]));
	if (m->before[0].size > m->checkpoint.size)
		return lx_fail(&m->cli->call, LX_CONFLICT, m->folder, "mirror.behind", "%lld",
			(long long)m->before[0].size);
	return LX_OK;
}

enum lx_code lx_mirror_since(struct lx_mirror *m, struct lx_text note)
{
	LX_TRY(lx_checkpoint_verify(&m->cli->call, note, &m->key, &m->before[1]));
	if (m->before[1].size > m->checkpoint.size)
		return lx_fail(&m->cli->call, LX_CONFLICT, "since", "mirror.behind", "%lld",
			(long long)m->before[1].size);
	return LX_OK;
}

enum lx_code lx_mirror_keep(struct lx_mirror *m)
{
	char folder[PATH_MOST], key[LX_NOTE_KEY_TEXT];

	LX_TRY(log_folder(m, folder));
	lx_note_key_write(&m->key, key);
	size_t n = strlen(key);
	key[n] = '\n';
	LX_TRY(lx_whole_write(&m->cli->call, folder, "key", (struct lx_text){ key, n + 1 },
		(struct lx_whole_how){ false, false }));
	return lx_whole_write(&m->cli->call, folder, "checkpoint", m->note,
		(struct lx_whole_how){ false, false });
}

static enum lx_code make_folders(struct lx_mirror *m)
{
	char path[PATH_MOST];

	LX_TRY(log_folder(m, path));
	if ((mkdir(m->folder, 0755) != 0 && errno != EEXIST) ||
		(mkdir(path, 0755) != 0 && errno != EEXIST))
		return lx_fail(
			&m->cli->call, LX_INVALID, m->folder, "cli.open", "%s", strerror(errno));
	return LX_OK;
}

static enum lx_code copy(struct lx_cli *cli, struct lx_fetch *fetch)
{
	struct lx_mirror m = { .cli = cli, .fetch = fetch, .folder = cli->operands[1] };
	char number[24], contents[24], root[LX_HASH_TEXT];

	cli->call.progress = lx_cli_progress(cli, "mirror.progress");
	LX_TRY(make_folders(&m));
	LX_TRY(lx_mirror_begin(&m, lx_option(cli, "key")));
	LX_TRY(lx_mirror_walk(&m));
	LX_TRY(lx_mirror_keep(&m));
	(void)snprintf(number, sizeof number, "%lld", (long long)m.entries);
	(void)snprintf(contents, sizeof contents, "%lld", (long long)m.contents);
	lx_hash_write(m.checkpoint.root, root);
	lx_tell(cli, "mirror.done", number, contents);
	lx_tell(cli, "mirror.root_is", root);
	lx_fact_text(cli, "origin", m.checkpoint.origin);
	lx_fact_number(cli, "entries", m.entries);
	lx_fact_number(cli, "contents", m.contents);
	lx_fact_text(cli, "root", root);
	return LX_OK;
}

static enum lx_code run(struct lx_cli *cli)
{
	LX_CLOSE(lx_fetch_close) struct lx_fetch *fetch = NULL;

	LX_TRY(lx_fetch_open(&cli->call, cli->operands[0], &fetch));
	enum lx_code code = copy(cli, fetch);
	return lx_tell_difference(cli, code);
}

static const struct lx_option options[] = {
	LX_FORMAT_OPTION,
	{ .name = "key", .kind = LX_OPTION_TEXT, .value = "KEY" },
	{ 0 },
};

const struct lx_command lx_mirror_command = { "mirror", "URL DIR", 2, 2, options, run };
