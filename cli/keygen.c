/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* lianxi keygen DIR: the key that signs the record, for regions that have none; a new log after a break. With --person a key
 * with which somebody signs what they do. */
#include "cli/region.h"
#include "cli/result.h"
#include "kernel/journal/signature.h"
#include "kernel/record/whole_file.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

static enum lx_code tell(
	struct lx_cli *cli, const char *msgid, const struct lx_opened *opened, const char *key)
{
	lx_tell(cli, msgid, opened->keys);
	if (!lx_tells_json(cli))
		lx_buf_printf(&cli->out, "%s\n", key);
	lx_fact_text(cli, "keys", opened->keys);
	lx_fact_text(cli, "key", key);
	return LX_OK;
}

static enum lx_code tell_key(struct lx_cli *cli, const struct lx_opened *opened)
{
	LX_CLOSE(lx_log_close) struct lx_log *log = NULL;
	char text[LX_NOTE_KEY_TEXT];

	LX_TRY(lx_log_open(&cli->call, opened->keys, opened->store, &log));
	if (lx_log_key(log) == NULL)
		return lx_fail(&cli->call, LX_BROKEN, NULL, "record.file", "%s", opened->keys);
	lx_note_key_write(lx_log_key(log), text);
	LX_TRY(tell(cli, "keygen.done", opened, text));
	if (lx_log_sm2_key(log) == NULL)
		return LX_OK;
	lx_note_key_write(lx_log_sm2_key(log), text);
	if (!lx_tells_json(cli))
		lx_buf_printf(&cli->out, "%s\n", text);
	lx_fact_text(cli, "sm2_key", text);
	return LX_OK;
}

/* The key with which this region cosigns other logs; beside its own, and under another name. */
static enum lx_code make_witness(
	struct lx_cli *cli, const struct lx_opened *opened, const char *name)
{
	LX_CLOSE(lx_witness_close) struct lx_witness *witness = NULL;
	char text[LX_NOTE_KEY_TEXT];

	LX_TRY(lx_witness_key_make(&cli->call, opened->keys, lx_text(name)));
	LX_TRY(lx_witness_open(&cli->call, opened->keys, &witness));
	lx_note_key_write(lx_witness_key(witness), text);
	return tell(cli, "keygen.witness_done", opened, text);
}

/* A person's key: a file of its own, for its owner only, and nothing of any region. */
static enum lx_code make_person(struct lx_cli *cli)
{
	const char *word = lx_option(cli, "algorithm"), *path = cli->operands[0];
	LX_CLOSE(lx_secret_forget) struct lx_secret_key key = { .secret = { 0 } };
	const char *slash = strrchr(path, '/');
	char text[LX_SECRET_TEXT], public[LX_PUBLIC_TEXT], folder[4096];

	(void)snprintf(folder, sizeof folder, "%.*s", slash == NULL ? 1 : (int)(slash - path + 1),
		slash == NULL ? "." : path);
	word = word == NULL ? lx_signing_word(LX_SIGN_ED25519) : word;
	LX_TRY(lx_secret_make(&cli->call, lx_signing_of(lx_text(word)), &key));
	lx_secret_write(&key, text);
	enum lx_code code = lx_whole_write(&cli->call, folder, slash == NULL ? path : slash + 1,
		lx_text(text), (struct lx_whole_how){ .secret = true, .fresh = true });
	sodium_memzero(text, sizeof text);
	LX_TRY(code);
	lx_public_write(&key.public, public);
	lx_tell(cli, "keygen.person_done", path);
	if (!lx_tells_json(cli))
		lx_buf_printf(&cli->out, "%s %s\n", word, public);
	lx_fact_text(cli, "file", path);
	lx_fact_text(cli, "algorithm", word);
	lx_fact_text(cli, "key", public);
	return LX_OK;
}

static enum lx_code run(struct lx_cli *cli)
{
	LX_CLOSE(lx_region_close) struct lx_opened opened = { .lock = -1 };
	bool anew = lx_option(cli, "anew") != NULL;
	char origin[LX_NOTE_NAME];

	if (lx_option(cli, "person") != NULL)
		return make_person(cli);
	LX_TRY(lx_region_open(cli, cli->operands[0], LX_REGION_WRITE, &opened));
	if (lx_option(cli, "witness") != NULL)
		return make_witness(cli, &opened, lx_option(cli, "witness"));
	if (lx_option(cli, "sm2") != NULL) {
		LX_TRY(lx_log_sm2_make(&cli->call, opened.keys));
		return tell_key(cli, &opened);
	}
	LX_TRY(lx_region_origin(cli, cli->operands[0], origin));
	if (anew)
		LX_TRY(lx_log_keys_anew(&cli->call, opened.keys, lx_text(origin)));
	else
		LX_TRY(lx_log_keys_make(&cli->call, opened.keys, lx_text(origin)));
	return tell_key(cli, &opened);
}

static const struct lx_option options[] = {
	LX_FORMAT_OPTION,
	{ .name = "origin", .kind = LX_OPTION_TEXT, .value = "NAME" },
	{ .name = "anew", .kind = LX_OPTION_FLAG },
	{ .name = "sm2", .kind = LX_OPTION_FLAG },
	{ .name = "person", .kind = LX_OPTION_FLAG },
	{ .name = "algorithm", .kind = LX_OPTION_CHOICE, .of = "ed25519 sm2" },
	{ .name = "witness", .kind = LX_OPTION_TEXT, .value = "NAME" },
	{ 0 },
};

const struct lx_command lx_keygen_command = { "keygen", "DIR | FILE", 1, 1, options, run };
