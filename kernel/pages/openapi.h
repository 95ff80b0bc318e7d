/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Parts of the API's description: openapi_page.c (types and their inputs), openapi_paths.c (addresses and what they answer). */
#ifndef LX_KERNEL_PAGES_OPENAPI_H
#define LX_KERNEL_PAGES_OPENAPI_H

#include "base/json.h"
#include "kernel/pages/pages.h"
#include "kernel/types/input.h"

/* {"$ref": "#/components/<kind>/<name>"}; "key": "value". */
void lx_openapi_ref(struct lx_json *j, const char *kind, const char *name);
void lx_openapi_pair(struct lx_json *j, const char *key, const char *value);

/* The schema of a type's records, under its name; of what an act takes. */
void lx_openapi_record_schema(struct lx_json *j, const struct lx_type *type);
void lx_openapi_act_schema(struct lx_json *j, const struct lx_type *type, const struct lx_act *act);

/* The addresses of a type: list, record, acts; and those that every region has. */
void lx_openapi_type_paths(
	const struct lx_reader *reader, struct lx_json *j, const struct lx_type *type);
void lx_openapi_fixed_paths(const struct lx_reader *reader, struct lx_json *j);

/* Schemas of the kinds of fields; parameters, answers and security that the addresses share. */
void lx_openapi_common_schemas(struct lx_json *j);
void lx_openapi_common_parts(struct lx_json *j);

#endif
