/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* lianxi types: the record types as this binary knows them, drawn for the manual or as JSON for programs and tests. */
#include "cli/cli.h"
#include "kernel/polity/founding.h"
#include "kernel/types/check.h"
#include "modules/modules.h"

#include <string.h>

static const char *const kinds[] = { "", "number", "decimal", "money", "date", "moment", "choice",
	"code", "word", "names", "text", "file", "data", "sealed", "person", "link", "hash",
	"count" };
static const char *const hows[] = { "", "is", "acts_for", "sits_in", "level" };
static const char *const marks[] = { "", "wait", "work", "soon", "late", "done", "shut" };
static const char *const classes[] = { "", "public", "on_request", "withheld" };

/* A column left out is a member left out. */
static void say(struct lx_json *json, const char *key, const char *value)
{
	if (value == NULL)
		return;
	lx_json_key(json, key);
	lx_json_str(json, value);
}

static void begin(struct lx_json *json, const char *key)
{
	lx_json_key(json, key);
	lx_json_open(json, '[');
}

static void write_fields(struct lx_json *json, const struct lx_field *fields)
{
	begin(json, "fields");
	for (const struct lx_field *f = fields; f != NULL && f->name != NULL; f++) {
		lx_json_open(json, '{');
		say(json, "name", f->name);
		say(json, "kind", kinds[f->kind]);
		say(json, "of", f->of);
		say(json, "use", f->use);
		say(json, "seen_by", f->seen_by);
		lx_json_close(json, '}');
	}
	lx_json_close(json, ']');
}

static void write_rows(struct lx_json *json, const struct lx_rows *rows)
{
	begin(json, "rows");
	for (; rows != NULL && rows->name != NULL; rows++) {
		lx_json_open(json, '{');
		say(json, "name", rows->name);
		say(json, "key", rows->key);
		lx_json_key(json, "many");
		lx_json_bool(json, rows->many);
		write_fields(json, rows->fields);
		lx_json_close(json, '}');
	}
	lx_json_close(json, ']');
}

static void write_relations(struct lx_json *json, const struct lx_relation *relations)
{
	begin(json, "relations");
	for (const struct lx_relation *r = relations; r != NULL && r->name != NULL; r++) {
		lx_json_open(json, '{');
		say(json, "name", r->name);
		say(json, "how", hows[r->how]);
		say(json, "path", r->path);
		say(json, "office", r->office);
		lx_json_close(json, '}');
	}
	lx_json_close(json, ']');
}

static void write_states(struct lx_json *json, const struct lx_state *states)
{
	begin(json, "states");
	for (const struct lx_state *s = states; s != NULL && s->name != NULL; s++) {
		lx_json_open(json, '{');
		say(json, "name", s->name);
		say(json, "mark", marks[s->mark]);
		say(json, "shown", classes[s->shown]);
		say(json, "awaits", s->awaits);
		lx_json_close(json, '}');
	}
	lx_json_close(json, ']');
}

static void write_terms(struct lx_json *json, const struct lx_term *terms)
{
	begin(json, "terms");
	for (const struct lx_term *t = terms; t != NULL && t->field != NULL; t++) {
		lx_json_open(json, '{');
		say(json, "field", t->field);
		say(json, "length", t->length);
		say(json, "days_of", t->days_of);
		say(json, "runs", t->runs);
		say(json, "rests", t->rests);
		say(json, "then", t->then);
		lx_json_close(json, '}');
	}
	lx_json_close(json, ']');
}

static void write_consents(struct lx_json *json, const struct lx_consent *consents)
{
	begin(json, "consents");
	for (const struct lx_consent *c = consents; c != NULL && c->name != NULL; c++) {
		lx_json_open(json, '{');
		say(json, "name", c->name);
		say(json, "asked", c->asked);
		say(json, "office", c->office);
		say(json, "rule", c->rule);
		say(json, "fails", c->fails);
		lx_json_close(json, '}');
	}
	lx_json_close(json, ']');
}

static void write_acts(struct lx_json *json, const struct lx_act *acts)
{
	begin(json, "acts");
	for (const struct lx_act *a = acts; a != NULL && a->name != NULL; a++) {
		lx_json_open(json, '{');
		say(json, "name", a->name);
		say(json, "who", a->who);
		say(json, "from", a->from);
		say(json, "to", a->to);
		say(json, "takes", a->takes);
		say(json, "undo", a->undo);
		say(json, "starts", a->starts);
		say(json, "within", a->within);
		say(json, "clears", a->clears);
		say(json, "consent", a->consent);
		say(json, "guard", a->guard.name);
		lx_json_key(json, "dated");
		lx_json_bool(json, a->dated);
		lx_json_close(json, '}');
	}
	lx_json_close(json, ']');
}

static void write_type(struct lx_json *json, const struct lx_type *type)
{
	lx_json_open(json, '{');
	say(json, "name", type->name);
	say(json, "plural", type->plural);
	say(json, "section", type->section);
	say(json, "title", type->title);
	say(json, "readers", type->readers);
	write_fields(json, type->fields);
	write_rows(json, type->rows);
	write_relations(json, type->relations);
	write_states(json, type->states);
	write_terms(json, type->terms);
	write_consents(json, type->consents);
	write_acts(json, type->acts);
	lx_json_close(json, '}');
}

static void write_json(struct lx_buf *out)
{
	struct lx_json json = { .out = out };

	lx_json_open(&json, '{');
	begin(&json, "types");
	for (const struct lx_type *const *type = lx_types; *type != NULL; type++)
		write_type(&json, *type);
	lx_json_close(&json, ']');
	lx_json_key(&json, "common");
	lx_json_open(&json, '{');
	write_relations(&json, lx_common_relations);
	write_acts(&json, lx_common_acts);
	lx_json_close(&json, '}');
	lx_json_close(&json, '}');
	lx_buf_char(out, '\n');
}

static enum lx_code run(struct lx_cli *cli)
{
	const char *format = lx_option(cli, "format");

	if (format != NULL && strcmp(format, "json") == 0)
		write_json(&cli->out);
	else if (format != NULL && strcmp(format, "charter-schema") == 0)
		lx_founding_schema(&cli->out);
	else
		for (const struct lx_type *const *type = lx_types; *type != NULL; type++)
			lx_type_draw(*type, &cli->out);
	return LX_OK;
}

static const struct lx_option options[] = {
	{ .name = "format", .kind = LX_OPTION_CHOICE, .of = "text json charter-schema" },
	{ 0 },
};

const struct lx_command lx_types_command = { "types", "", 0, 0, options, run };
