/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Replaying what is public: the entries' open effects give the records that everyone may read. */
#include "cli/replay.h"

#include "cli/recount.h"
#include "cli/region.h"
#include "kernel/journal/hash.h"
#include "kernel/types/apply.h"
#include "modules/modules.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ENTRIES_A_COMMIT 5000
#define RECORD_MOST      ((size_t)64 << 20)

static enum lx_code take_content(void *with, int64_t number,
	const unsigned char commitment[LX_HASH_BYTES], struct lx_text file)
{
	struct lx_replay *replay = with;
	struct lx_text salt = { file.at, file.len == 0 ? 0 : LX_SALT_BYTES };
	struct lx_text bytes = { file.len == 0 ? "" : file.at + LX_SALT_BYTES,
		file.len - salt.len };

	/* bound once more when its record was opened: it stands there already */
	enum lx_code code = lx_store_mark(replay->tx);
	if (code == LX_OK)
		code = lx_content_copy(replay->tx, number, commitment, salt, bytes);
	if (code == LX_CONFLICT) {
		lx_fault_clear(&replay->cli->call.fault);
		return lx_store_drop(replay->tx);
	}
	LX_TRY(code);
	return lx_store_keep(replay->tx);
}

static enum lx_code take_entry(void *with, int64_t n, struct lx_text bytes)
{
	LX_CLOSE(lx_json_free) json_t *open = NULL;
	struct lx_replay *replay = with;
	struct lx_call *call = &replay->cli->call;

	LX_TRY(lx_journal_put(replay->tx, &replay->edge, bytes));
	LX_TRY(lx_json_read(&call->fault, bytes, &open));
	if (json_object_get(open, "shut") == NULL)
		LX_TRY(lx_apply(replay->tx, &replay->region, n, open, NULL, NULL));
	if (n % ENTRIES_A_COMMIT != 0)
		return LX_OK;
	LX_TRY(lx_store_commit(&replay->tx));
	return lx_store_begin(replay->store, call, &replay->tx);
}

enum lx_code lx_replay_begin(struct lx_cli *cli, struct lx_replay *replay, struct lx_mirror *m)
{
	char path[64];

	*replay = (struct lx_replay){ .cli = cli };
	LX_TRY(lx_region_types(&cli->call, &replay->region));
	(void)snprintf(replay->folder, sizeof replay->folder, "/tmp/lianxi-replay-XXXXXX");
	if (mkdtemp(replay->folder) == NULL) {
		replay->folder[0] = '\0';
		return lx_fail(
			&cli->call, LX_BROKEN, replay->folder, "cli.open", "%s", strerror(errno));
	}
	(void)snprintf(path, sizeof path, "%s/copy.db", replay->folder);
	LX_TRY(lx_store_open(
		&cli->call, path, LX_STORE_CREATE, replay->region.tables, &replay->store));
	LX_TRY(lx_store_begin(replay->store, &cli->call, &replay->tx));
	m->seen = (struct lx_mirror_seen){ take_entry, take_content, replay };
	return LX_OK;
}

void lx_replay_end(struct lx_replay *replay)
{
	static const char *const leaves[] = { "copy.db", "copy.db-wal", "copy.db-shm" };
	char path[64];

	if (replay->tx != NULL)
		lx_store_rollback(&replay->tx);
	lx_store_close(&replay->store);
	if (replay->folder[0] == '\0')
		return;
	for (size_t i = 0; i < 3; i++) {
		(void)snprintf(path, sizeof path, "%s/%s", replay->folder, leaves[i]);
		(void)unlink(path);
	}
	(void)rmdir(replay->folder);
}

/* --- comparing ------------------------------------------------------------------------------- */

static bool same(const json_t *ours, const json_t *theirs);

static bool same_members(const json_t *ours, const json_t *theirs)
{
	const char *key;
	json_t *value;

	/* what was withdrawn after the checkpoint, or is not shown, has no text to compare */
	if (json_object_get(ours, "gone") != NULL && json_object_get(ours, "content") != NULL)
		return true;
	json_object_foreach((json_t *)ours, key, value)
	{
		/* no entry binds the language of a text, or the medium of a file */
		bool bound = strcmp(key, "lang") != 0 && strcmp(key, "media") != 0;
		if (bound && !same(value, json_object_get(theirs, key)))
			return false;
	}
	return true;
}

/* Whether all that ours has is theirs too; an institution may add members to the record of the API. */
static bool same(const json_t *ours, const json_t *theirs)
{
	if (json_is_object(ours) && json_is_object(theirs))
		return same_members(ours, theirs);
	if (!json_is_array(ours) || !json_is_array(theirs))
		return json_equal(ours, theirs);
	if (json_array_size(ours) != json_array_size(theirs))
		return false;
	for (size_t i = 0; i < json_array_size(ours); i++)
		if (!same(json_array_get(ours, i), json_array_get(theirs, i)))
			return false;
	return true;
}

/* What is restricted stands in no open entry, even where everyone may see it (officials' names). */
static void drop_restricted(const struct lx_type *type, json_t *ours)
{
	/* a shut entry may have made it, as a draft, and touched it since */
	(void)json_object_del(ours, "made");
	(void)json_object_del(ours, "last");
	for (const struct lx_field *f = type->fields; f->name != NULL; f++)
		if (f->seen_by != NULL)
			(void)json_object_del(ours, f->name);
	for (const struct lx_rows *r = type->rows; r != NULL && r->name != NULL; r++) {
		json_t *rows = json_object_get(ours, r->name);
		for (size_t i = 0; i < json_array_size(rows); i++)
			for (const struct lx_field *f = r->fields; f->name != NULL; f++)
				if (f->seen_by != NULL)
					(void)json_object_del(json_array_get(rows, i), f->name);
	}
}

struct comparing {
	struct lx_replay *replay;
	struct lx_fetch *fetch;
	struct lx_sight sight;
};

static enum lx_code fetch_record(
	struct comparing *c, const char *path, long *status, json_t **theirs)
{
	struct lx_call *call = &c->replay->cli->call;
	struct lx_text body;

	LX_TRY(lx_fetch_get(c->fetch, call, path, RECORD_MOST, status, &body));
	return *status == 200 ? lx_json_read(&call->fault, body, theirs) : LX_OK;
}

static enum lx_code compare_record(
	struct comparing *c, const struct lx_shape *shape, int64_t number)
{
	LX_CLOSE(lx_json_free) json_t *ours = NULL;
	LX_CLOSE(lx_json_free) json_t *theirs = NULL;
	struct lx_call *call = &c->replay->cli->call;
	struct lx_record record;
	char path[96];
	long status;

	enum lx_code code = lx_record_load(c->sight.tx, shape, number, &record);
	if (code == LX_OK)
		code = lx_reduce(&c->sight, &record, LX_ALL_PARTS, &ours);
	if (code == LX_NOT_FOUND)
		return LX_OK; /* withheld, or hidden */
	LX_TRY(code);
	drop_restricted(shape->type, ours);
	bool charter = strcmp(shape->type->name, "charter") == 0;
	(void)snprintf(path, sizeof path, charter ? "/api/v1/charter" : "/api/v1/%s/%lld",
		shape->type->plural, (long long)number);
	LX_TRY(fetch_record(c, path, &status, &theirs));
	int64_t last = json_integer_value(json_object_get(json_object_get(theirs, "last"), "n"));
	if (last > c->replay->edge.size) {
		c->replay->skipped++;
		return LX_OK;
	}
	c->replay->records++;
	if (status == 200 && same(ours, theirs))
		return LX_OK;
	return lx_fail(call, LX_CONFLICT, path, "replay.differs", "%s", path);
}

static enum lx_code compare_type(struct comparing *c, const struct lx_shape *shape)
{
	struct lx_call *call = &c->replay->cli->call;
	int64_t last;

	LX_TRY(lx_record_last(c->sight.tx, shape, &last));
	for (int64_t number = 1; number <= last; number++) {
		struct lx_arena_mark mark = lx_arena_here(call->arena);
		LX_TRY(compare_record(c, shape, number));
		lx_arena_back(call->arena, mark);
		LX_TRY(lx_step(call, (uint64_t)number, (uint64_t)last));
	}
	return LX_OK;
}

enum lx_code lx_replay_compare(struct lx_replay *replay, struct lx_fetch *fetch)
{
	LX_CLOSE(lx_store_release) struct lx_tx *tx = NULL;
	static const struct lx_actor nobody = { .kind = LX_BY_NOBODY };
	struct lx_call *call = &replay->cli->call;
	struct lx_charter charter;
	struct comparing c = { replay, fetch, { 0 } };

	LX_TRY(lx_store_read_patient(replay->store, call, &tx));
	LX_TRY(lx_charter_load(tx, &replay->region, &charter));
	c.sight = (struct lx_sight){ tx, &replay->region, &charter, &nobody, NULL };
	for (size_t i = 0; i < replay->region.n; i++)
		if (replay->region.shapes[i].type->section != NULL)
			LX_TRY(compare_type(&c, &replay->region.shapes[i]));
	return LX_OK;
}

/* --- what institutions check ------------------------------------------------------------------ */

struct asking {
	struct lx_fetch *fetch;
	struct lx_call *call;
};

static enum lx_code ask(void *with, const char *path, long *status, struct lx_text *body)
{
	struct asking *a = with;

	return lx_fetch_get(a->fetch, a->call, path, RECORD_MOST, status, body);
}

enum lx_code lx_replay_check(struct lx_replay *replay, struct lx_fetch *fetch)
{
	LX_CLOSE(lx_store_release) struct lx_tx *tx = NULL;
	struct lx_call *call = &replay->cli->call;
	struct asking asking = { fetch, call };

	LX_TRY(lx_store_read_patient(replay->store, call, &tx));
	for (size_t i = 0; lx_module_outside[i] != NULL; i++)
		LX_TRY(lx_module_outside[i](
			tx, &replay->region, fetch == NULL ? NULL : ask, &asking));
	return lx_option(replay->cli, "recount") == NULL
		       ? LX_OK
		       : lx_recount(replay->cli, tx, &replay->region);
}
