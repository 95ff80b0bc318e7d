/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Names of records in the demonstration's data, and the links they stand for once the records exist. */
#include "cli/demo.h"

#include <string.h>

enum lx_code lx_demo_link(struct lx_demo *demo, const char *name, const char *type, int64_t record)
{
	if (json_object_set_new(
		    demo->links, name, json_sprintf("%s/%lld", type, (long long)record)) != 0)
		return lx_fail(&demo->cli->call, LX_BROKEN, NULL, "base.memory", NULL);
	return LX_OK;
}

/* "member:320500" is a name of a record; a sentence with a colon is not. */
static bool is_name(const struct lx_demo *demo, const char *text)
{
	const char *colon = strchr(text, ':');

	return colon != NULL && strchr(text, ' ') == NULL &&
	       lx_shape_find(&demo->opened->region,
		       (struct lx_text){ text, (size_t)(colon - text) }) != NULL;
}

static enum lx_code link_value(const struct lx_demo *demo, json_t *value, json_t **linked);

static enum lx_code link_inside(const struct lx_demo *demo, json_t *value)
{
	json_t *inner, *made;
	const char *key;
	size_t i;

	json_array_foreach(value, i, inner)
	{
		LX_TRY(link_value(demo, inner, &made));
		(void)json_array_set_new(value, i, made);
	}
	json_object_foreach(value, key, inner)
	{
		LX_TRY(link_value(demo, inner, &made));
		(void)json_object_set_new(value, key, made);
	}
	return LX_OK;
}

static enum lx_code link_value(const struct lx_demo *demo, json_t *value, json_t **linked)
{
	const char *text = json_string_value(value);
	const json_t *link;

	*linked = json_incref(value);
	if (text == NULL)
		return link_inside(demo, value);
	if (!is_name(demo, text))
		return LX_OK;
	/* "project:bus#milestone.2" is a row of the record */
	const char *row = strchr(text, '#');
	link = json_object_getn(
		demo->links, text, row == NULL ? strlen(text) : (size_t)(row - text));
	if (link == NULL)
		return lx_fail(&demo->cli->call, LX_INVALID, NULL, "demo.data", "%s", text);
	json_t *made = json_sprintf("%s%s", json_string_value(link), row == NULL ? "" : row);
	json_decref(value);
	*linked = made;
	return LX_OK;
}

enum lx_code lx_demo_linked(const struct lx_demo *demo, const json_t *input, json_t **linked)
{
	*linked = input == NULL ? NULL : json_deep_copy(input);
	return *linked == NULL ? LX_OK : link_inside(demo, *linked);
}
