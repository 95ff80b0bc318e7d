/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* lianxi import PLURAL FILE.csv | roll FILE.csv | pabulib FILE.pb --region DIR: records of a file, each entered by its own act. */
#include "cli/import.h"

#include "cli/result.h"
#include "engines/tally/report.h"
#include "kernel/types/list.h"

#include <stdio.h>
#include <string.h>

/* --- who acts -------------------------------------------------------------------------------- */

static enum lx_code mandate_named(struct lx_import *import, const char *as)
{
	struct lx_text name = lx_text(as);

	if (lx_text_starts(name, "mandate/"))
		name = (struct lx_text){ as + 8, name.len - 8 };
	if (!lx_text_int(name, &import->mandate) || import->mandate < 1)
		return lx_fail(&import->cli->call, LX_INVALID, "as", "import.as", "%s", as);
	return LX_OK;
}

/* The oldest valid mandate of the body that the charter calls the secretariat. */
static enum lx_code mandate_of_secretariat(
	struct lx_import *import, struct lx_tx *tx, const struct lx_charter *charter)
{
	const struct lx_shape *shape = lx_shape_find(
		&import->opened->region, LX_TEXT_OF("mandate"));
	struct lx_list_spec spec = {
		.shape = shape, .sort = LX_SORT_OLD, .most = 1, .states_n = 1, .filters_n = 1
	};
	struct lx_list_found found;

	spec.states[0] = LX_TEXT_OF("valid");
	spec.filters[0].field = lx_field_find(shape->type->fields, LX_TEXT_OF("holder"));
	spec.filters[0].list = -1;
	if (charter->record.made)
		spec.filters[0].value = lx_record_value(&charter->record, "secretariat").text;
	LX_TRY(lx_list_find(tx, &spec, &found));
	if (found.n == 0)
		return lx_fail(&import->cli->call, LX_NOT_FOUND, "as", "import.no_secretary", NULL);
	import->mandate = found.numbers[0];
	return LX_OK;
}

enum lx_code lx_import_actor(struct lx_import *import)
{
	LX_CLOSE(lx_store_release) struct lx_tx *tx = NULL;
	struct lx_call *call = &import->cli->call;
	const char *as = lx_option(import->cli, "as");
	struct lx_charter charter;

	LX_TRY(lx_store_read(import->opened->store, call, &tx));
	LX_TRY(lx_charter_load(tx, &import->opened->region, &charter));
	memcpy(import->currency, charter.currency, sizeof import->currency);
	if (as != NULL)
		LX_TRY(mandate_named(import, as));
	else
		LX_TRY(mandate_of_secretariat(import, tx, &charter));
	enum lx_code code = lx_vault_who(tx, "mandate", import->mandate, "bearer", &import->person);
	return code == LX_NOT_FOUND ? lx_fail(call, LX_NOT_FOUND, "as", "import.as", "%lld",
					      (long long)import->mandate)
				    : code;
}

/* --- a file of records ----------------------------------------------------------------------- */

/* The act that makes records of the type: what --act names, else the first that a person may do. */
static const struct lx_act *making_act(const struct lx_import *import)
{
	const char *wanted = lx_option(import->cli, "act");

	for (const struct lx_act *act = import->shape->type->acts; act->name != NULL; act++) {
		bool own = strcmp(act->who, "cause") == 0 || strcmp(act->who, "clock") == 0;
		if (act->from == NULL && !own && (wanted == NULL || strcmp(wanted, act->name) == 0))
			return act;
	}
	return NULL;
}

static enum lx_code find_type(struct lx_import *import, const char *plural)
{
	struct lx_call *call = &import->cli->call;

	import->shape = lx_shape_of_plural(&import->opened->region, lx_text(plural));
	if (import->shape == NULL || import->shape->type->section == NULL)
		return lx_fail(call, LX_INVALID, NULL, "import.type", "%s", plural);
	import->act = making_act(import);
	return import->act == NULL ? lx_fail(call, LX_INVALID, NULL, "import.act", "%s", plural)
				   : LX_OK;
}

static void tell_not_taken(struct lx_import *import)
{
	LX_CLOSE(lx_buf_close) struct lx_buf names = { 0 };
	json_t *list = json_array();

	for (size_t i = 0; i < import->columns_n; i++)
		if (import->columns[i].kind == LX_COLUMN_NOT_TAKEN) {
			struct lx_text head = import->columns[i].head;
			(void)json_array_append_new(list, json_stringn(head.at, head.len));
			lx_buf_str(&names, names.len == 0 ? "" : " ");
			lx_buf_text(&names, import->columns[i].head);
		}
	lx_fact(import->cli, "not_taken", list);
	if (names.len > 0)
		lx_tell(import->cli, "import.not_taken", names.at);
}

static void tell(struct lx_import *import)
{
	struct lx_cli *cli = import->cli;
	char number[24], n[24];

	(void)snprintf(n, sizeof n, "%lld", (long long)import->entered);
	(void)snprintf(number, sizeof number, "%lld", (long long)import->number);
	lx_fact_number(cli, "import", import->number);
	lx_fact_number(cli, "entered", import->entered);
	lx_fact_number(cli, "before", import->before);
	lx_tell(cli, "import.done", n, number);
	if (import->before > 0 && !lx_tells_json(cli)) {
		lx_say_count(&cli->out, cli->lang, "import.before", import->before);
		lx_buf_char(&cli->out, '\n');
	}
	tell_not_taken(import);
}

static enum lx_code import_records(struct lx_import *import)
{
	LX_TRY(find_type(import, import->cli->operands[0]));
	LX_TRY(lx_cli_read(import->cli, import->path, &import->text));
	LX_TRY(lx_import_actor(import));
	import->cli->call.progress = lx_cli_progress(import->cli, "import.progress");
	enum lx_code code = lx_import_enter(import);
	lx_cli_progress_end(import->cli);
	if (code == LX_BUSY) /* somebody pressed Ctrl-C */
		lx_fault_clear(&import->cli->call.fault);
	if (code == LX_BUSY)
		return lx_fail(&import->cli->call, LX_BUSY, NULL, "import.cut", NULL);
	if (code == LX_OK)
		tell(import);
	return code;
}

static enum lx_code run(struct lx_cli *cli)
{
	LX_CLOSE(lx_region_close) struct lx_opened opened = { .lock = -1 };
	struct lx_import *import = lx_alloc(&cli->call, sizeof *import);
	const char *folder = lx_option(cli, "region"), *lang = lx_option(cli, "written");

	if (import == NULL)
		return LX_BROKEN;
	if (folder == NULL)
		return lx_fail(&cli->call, LX_INVALID, "region", "cli.needs_value", NULL);
	*import = (struct lx_import){ .cli = cli,
		.opened = &opened,
		.path = cli->operands[1],
		.lang = lang != NULL && strcmp(lang, "en") == 0 ? "en" : "zh-CN" };
	LX_TRY(lx_region_open(cli, folder, LX_REGION_WRITE, &opened));
	LX_TRY(lx_region_start(cli, &opened));
	if (strcmp(cli->operands[0], "roll") == 0)
		return lx_import_roll(import);
	return strcmp(cli->operands[0], "pabulib") == 0 ? lx_import_pabulib(import)
							: import_records(import);
}

static const struct lx_option options[] = {
	LX_FORMAT_OPTION,
	{ .name = "region", .kind = LX_OPTION_TEXT, .value = "DIR" },
	{ .name = "as", .kind = LX_OPTION_TEXT, .value = "MANDATE" },
	{ .name = "round", .kind = LX_OPTION_INT, .of = "1..1000000000" },
	{ .name = "act", .kind = LX_OPTION_TEXT, .value = "ACT" },
	{ .name = "written", .kind = LX_OPTION_CHOICE, .of = "zh en" },
	{ .name = "rule", .kind = LX_OPTION_CHOICE, .of = LX_TALLY_RULES },
	{ .name = "utility", .kind = LX_OPTION_CHOICE, .of = LX_TALLY_UTILITIES },
	{ .name = "completion", .kind = LX_OPTION_TEXT, .value = "none|add1|add1x|greedy|…" },
	{ .name = "any-currency", .kind = LX_OPTION_FLAG },
	{ 0 },
};

const struct lx_command lx_import_command = { "import",
	"PLURAL FILE.csv | roll FILE.csv | pabulib FILE.pb", 2, 2, options, run };
