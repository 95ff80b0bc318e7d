/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Founding: the file's parts become acts of init, in the order in which each can refer to the earlier ones. */
#include "kernel/polity/founding.h"

#include <stdio.h>
#include <string.h>

const char *const lx_founding_scalars[] = { "names", "preamble", "currency", "places", "zone",
	"sample", "second_factor", "without_account", NULL };
const char *const lx_founding_lists[] = { "institution", "word", "question", "term", "rule",
	"majority", "formula", "day", "signing", NULL };
static const char *const organs[] = { "council", "secretariat", "treasury", "audit" };

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static enum lx_code enter(struct lx_work *work, const struct lx_region *region, const char *type,
	int64_t record, const char *act, const json_t *input, const char *place)
{
	const struct lx_actor init = { .kind = LX_BY_INIT };
	struct lx_call *call = lx_tx_call(work->tx);
	struct lx_order order = { .type = type, .record = record, .act = act, .input = input };
	char field[2 * LX_FIELD_MAX];

	enum lx_code code = lx_perform(work, region, &init, &order);
	if (code != LX_OK && code != LX_BROKEN) {
		bool both = place[0] != '\0' && call->fault.field[0] != '\0';
		(void)snprintf(
			field, sizeof field, "%s%s%s", place, both ? "." : "", call->fault.field);
		size_t n = lx_utf8_cut(field, strlen(field), LX_FIELD_MAX - 1);
		memcpy(call->fault.field, field, n);
		call->fault.field[n] = '\0';
	}
	return code;
}

/* Charter in parts: scalars first, then each list, so that no entry grows beyond its bound. */
static enum lx_code draft(struct lx_work *work, const struct lx_region *region, const json_t *file)
{
	LX_CLOSE(lx_json_free) json_t *scalars = json_object();

	for (size_t i = 0; lx_founding_scalars[i] != NULL; i++) {
		json_t *value = json_object_get(file, lx_founding_scalars[i]);
		if (value != NULL)
			(void)json_object_set(scalars, lx_founding_scalars[i], value);
	}
	LX_TRY(enter(work, region, "charter", 0, "draft", scalars, ""));
	for (size_t i = 0; lx_founding_lists[i] != NULL; i++) {
		json_t *rows = json_object_get(file, lx_founding_lists[i]);
		LX_CLOSE(lx_json_free)
		json_t *list = rows == NULL ? NULL : json_pack("{s:O}", lx_founding_lists[i], rows);
		if (list != NULL)
			LX_TRY(enter(work, region, "charter", 1, "revise", list, ""));
	}
	return LX_OK;
}

/* The number of the member with a code: its place in the file, from 1. */
static int64_t member_number(const json_t *members, const json_t *code)
{
	for (size_t i = 0; json_is_string(code) && i < json_array_size(members); i++)
		if (json_equal(json_object_get(json_array_get(members, i), "code"), code))
			return (int64_t)i + 1;
	return 0;
}

static enum lx_code link_member(struct lx_call *call, const json_t *members, json_t *object,
	const char *key, const char *place)
{
	json_t *code = json_object_get(object, key);
	int64_t number;

	if (code == NULL || json_is_null(code))
		return LX_OK;
	number = member_number(members, code);
	if (number == 0) {
		char field[3 * LX_FIELD_MAX];
		(void)snprintf(field, sizeof field, "%s.%s", place, key);
		return lx_fail(call, LX_INVALID, field, "founding.member", "%s",
			json_is_string(code) ? json_string_value(code) : key);
	}
	(void)json_object_set_new(object, key, json_sprintf("member/%lld", (long long)number));
	return LX_OK;
}

static enum lx_code name_members(
	struct lx_work *work, const struct lx_region *region, const json_t *members)
{
	char place[LX_FIELD_MAX];

	for (size_t i = 0; i < json_array_size(members); i++) {
		LX_CLOSE(lx_json_free) json_t *member = json_copy(json_array_get(members, i));
		(void)snprintf(place, sizeof place, "members.%zu", i);
		LX_TRY(link_member(lx_tx_call(work->tx), members, member, "superior", place));
		LX_TRY(enter(work, region, "member", 0, "name", member, place));
	}
	return LX_OK;
}

static enum lx_code begin_body(struct lx_work *work, const struct lx_region *region,
	const json_t *members, const json_t *given, const char *place)
{
	LX_CLOSE(lx_json_free) json_t *body = json_deep_copy(given);
	json_t *seats = json_object_get(body, "seat");

	for (size_t i = 0; i < json_array_size(seats); i++) {
		char seat[2 * LX_FIELD_MAX];
		(void)snprintf(seat, sizeof seat, "%s.seat.%zu", place, i);
		LX_TRY(link_member(
			lx_tx_call(work->tx), members, json_array_get(seats, i), "member", seat));
	}
	(void)json_object_del(body, "as");
	return enter(work, region, "body", 0, "begin", body, place);
}

/* Bodies are numbered as in the file; those the charter names by office are linked from it. */
static enum lx_code begin_bodies(struct lx_work *work, const struct lx_region *region,
	const json_t *members, const json_t *bodies)
{
	LX_CLOSE(lx_json_free) json_t *links = json_object();
	char place[LX_FIELD_MAX];

	for (size_t i = 0; i < json_array_size(bodies); i++) {
		const json_t *body = json_array_get(bodies, i);
		const char *as = json_string_value(json_object_get(body, "as"));
		(void)snprintf(place, sizeof place, "bodies.%zu", i);
		LX_TRY(begin_body(work, region, members, body, place));
		for (size_t k = 0; as != NULL && k < COUNT(organs); k++)
			if (strcmp(as, organs[k]) == 0)
				(void)json_object_set_new(
					links, as, json_sprintf("body/%zu", i + 1));
	}
	return enter(work, region, "charter", 1, "revise", links, "bodies");
}

static enum lx_code unknown_keys(struct lx_call *call, const json_t *file)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)file, key, value)
	{
		bool known = strcmp(key, "members") == 0 || strcmp(key, "bodies") == 0;
		for (size_t i = 0; lx_founding_scalars[i] != NULL; i++)
			known = known || strcmp(key, lx_founding_scalars[i]) == 0;
		for (size_t i = 0; lx_founding_lists[i] != NULL; i++)
			known = known || strcmp(key, lx_founding_lists[i]) == 0;
		if (!known)
			return lx_fail(call, LX_INVALID, key, "input.unknown", "%s", key);
	}
	return LX_OK;
}

enum lx_code lx_found(struct lx_work *work, const struct lx_region *region, const json_t *file)
{
	struct lx_call *call = lx_tx_call(work->tx);
	const json_t *members = json_object_get(file, "members"),
		     *bodies = json_object_get(file, "bodies");
	struct lx_charter charter;

	if (!json_is_object(file) || !json_is_array(members) || !json_is_array(bodies))
		return lx_fail(call, LX_INVALID, NULL, "founding.form", NULL);
	LX_TRY(unknown_keys(call, file));
	LX_TRY(lx_charter_load(work->tx, region, &charter));
	if (charter.record.made)
		return lx_fail(call, LX_CONFLICT, NULL, "founding.again", NULL);
	LX_TRY(draft(work, region, file));
	LX_TRY(name_members(work, region, members));
	return begin_bodies(work, region, members, bodies);
}

enum lx_code lx_found_job(struct lx_work *work, void *file)
{
	return lx_found(work, work->with, file);
}
