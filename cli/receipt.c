/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* lianxi verify receipt FILE --key KEY: a receipt checked without network and without the region. */
#include "cli/receipt.h"

#include "cli/result.h"
#include "kernel/journal/hash.h"
#include "kernel/record/promise.h"
#include "kernel/record/proof.h"

#include <stdio.h>
#include <string.h>

/* A page's "save as" may have added a line end to the entry's text; its bytes have none. */
static enum lx_code read_entry(struct lx_cli *cli, const char *path, struct lx_receipt *receipt)
{
	const char *file = lx_option(cli, "entry");

	if (file == NULL && receipt->entry.at == NULL)
		return lx_fail(&cli->call, LX_INVALID, path, "verify.receipt_entry", NULL);
	if (file == NULL)
		return LX_OK;
	LX_TRY(lx_cli_read(cli, file, &receipt->entry));
	receipt->entry = lx_text_trim(receipt->entry);
	return LX_OK;
}

static void tell_receipt(struct lx_cli *cli, const struct lx_receipt *receipt,
	const struct lx_checkpoint *checkpoint)
{
	char number[24], size[24], root[LX_HASH_TEXT];

	(void)snprintf(number, sizeof number, "%lld", (long long)receipt->index + 1);
	(void)snprintf(size, sizeof size, "%lld", (long long)checkpoint->size);
	lx_hash_write(checkpoint->root, root);
	lx_fact_number(cli, "number", receipt->index + 1);
	lx_fact_text(cli, "origin", checkpoint->origin);
	lx_fact_number(cli, "entries", checkpoint->size);
	lx_fact_text(cli, "root", root);
	lx_fact(cli, "entry", json_stringn(receipt->entry.at, receipt->entry.len));
	lx_tell(cli, "verify.receipt", number, checkpoint->origin);
	lx_tell(cli, "verify.receipt_tree", size, root);
	if (lx_tells_json(cli))
		return;
	lx_buf_char(&cli->out, '\n');
	lx_buf_text(&cli->out, receipt->entry);
	lx_buf_char(&cli->out, '\n');
}

/* The proof file that was had later: whether it is of the entry that was promised. */
static enum lx_code check_kept(
	struct lx_cli *cli, const struct lx_promise *promise, const struct lx_note_key *key)
{
	const char *path = lx_option(cli, "kept");
	unsigned char leaf[LX_HASH_BYTES];
	struct lx_checkpoint checkpoint;
	struct lx_receipt receipt;
	struct lx_text text;

	if (path == NULL)
		return LX_OK;
	LX_TRY(lx_cli_read(cli, path, &text));
	if (lx_receipt_read(&cli->call, text, &receipt) != LX_OK) {
		lx_cli_in(cli, path);
		return cli->call.fault.code;
	}
	LX_TRY(read_entry(cli, path, &receipt));
	LX_TRY(lx_receipt_verify(&cli->call, &receipt, key, &checkpoint));
	lx_hash_leaf(receipt.entry, leaf);
	if (receipt.index + 1 != promise->n || memcmp(leaf, promise->leaf, sizeof leaf) != 0)
		return lx_fail(&cli->call, LX_CONFLICT, NULL, "verify.broken_promise", "%lld",
			(long long)promise->n);
	lx_say(&cli->out, cli->lang, "verify.kept", NULL);
	lx_buf_char(&cli->out, '\n');
	return LX_OK;
}

static enum lx_code verify_promise(
	struct lx_cli *cli, const char *path, struct lx_text note, const struct lx_note_key *key)
{
	struct lx_promise promise;
	char number[24], leaf[LX_HASH_TEXT];

	enum lx_code code = lx_promise_verify(&cli->call, note, key, &promise);
	if (code != LX_OK) {
		lx_cli_in(cli, path);
		return lx_tell_difference(cli, code);
	}
	(void)snprintf(number, sizeof number, "%lld", (long long)promise.n);
	lx_hash_write(promise.leaf, leaf);
	lx_say(&cli->out, cli->lang, "verify.promise", promise.origin, number);
	lx_buf_printf(&cli->out, "\n%s\n", leaf);
	return lx_tell_difference(cli, check_kept(cli, &promise, key));
}

enum lx_code lx_verify_receipt(struct lx_cli *cli, const char *path)
{
	const char *said = lx_option(cli, "key");
	struct lx_checkpoint checkpoint;
	struct lx_receipt receipt;
	struct lx_note_key key;
	struct lx_text text;

	if (said == NULL)
		return lx_fail(&cli->call, LX_INVALID, "key", "cli.needs_value", NULL);
	LX_TRY(lx_note_key_read(&cli->call, lx_text(said), &key));
	LX_TRY(lx_cli_read(cli, path, &text));
	if (lx_promise_is(text))
		return verify_promise(cli, path, text, &key);
	if (lx_receipt_read(&cli->call, text, &receipt) != LX_OK) {
		lx_cli_in(cli, path);
		return cli->call.fault.code;
	}
	LX_TRY(read_entry(cli, path, &receipt));
	enum lx_code code = lx_receipt_verify(&cli->call, &receipt, &key, &checkpoint);
	if (code != LX_OK)
		return lx_tell_difference(cli, code);
	tell_receipt(cli, &receipt, &checkpoint);
	return LX_OK;
}
