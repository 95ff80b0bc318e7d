/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Importing: who acts, and the records of a file entered one by one through the writer, in one transaction: a file that cannot
 * be imported, and an import that is cut off, leave nothing behind. Each line has an idempotency key made from the whole file:
 * the same command given again enters nothing twice (docs/decisions/imports.md).
 */
#ifndef LX_CLI_IMPORT_H
#define LX_CLI_IMPORT_H

#include "base/csv.h"
#include "cli/region.h"

#define LX_IMPORT_COLUMNS 128

enum lx_column_kind {
	LX_COLUMN_NOT_TAKEN = 1, /* known, but the act does not take it */
	LX_COLUMN_FIELD,
	LX_COLUMN_ROWS,
	LX_COLUMN_PLAIN, /* "on", "reason" */
	LX_COLUMN_LANG,  /* of the line's prose */
};

/* What a column of the file holds: "names.zh" is field names, part zh. */
struct lx_import_column {
	enum lx_column_kind kind;
	const char *name; /* of the field or list */
	const struct lx_field *field;
	char part[16];
	struct lx_text head;
};

struct lx_import {
	struct lx_cli *cli;
	struct lx_opened *opened;
	const char *path;
	struct lx_text text;
	const struct lx_shape *shape;
	const struct lx_act *act;
	const char *lang;        /* of prose where the file does not say */
	int64_t person, mandate; /* who acts */
	char currency[4];
	struct lx_import_column columns[LX_IMPORT_COLUMNS];
	size_t columns_n;
	int64_t round;  /* whose roll is imported */
	int64_t number; /* of the import: its first entry */
	int64_t entered, before;
};

/* Finds the mandate that runs an import: what --as names, else the first valid one of the secretariat; and reads the region's
 * currency. Faults: `import.as`, `import.no_secretary`. */
LX_CHECK enum lx_code lx_import_actor(struct lx_import *import);

/* Reads the first line: what each column holds. Faults name the column. */
LX_CHECK enum lx_code lx_import_columns(struct lx_import *import, struct lx_csv *csv);

/* The input of the act from one line; the caller's (lx_json_free). `tx` finds records by their code. *lang is the line's. */
LX_CHECK enum lx_code lx_import_input(const struct lx_import *import, struct lx_tx *tx,
	const struct lx_csv *csv, const struct lx_csv_field *cells, size_t n, json_t **input,
	const char **lang);

/* Puts line and column of a cell into the fault of the call, and the file's name before the field's. */
void lx_import_place(const struct lx_import *import, const struct lx_csv *csv,
	const struct lx_csv_field *cells, size_t n);

/* A round from a Pabulib file (import_pabulib.c). */
LX_CHECK enum lx_code lx_import_pabulib(struct lx_import *import);

/* A round's electoral register (import_roll.c). */
LX_CHECK enum lx_code lx_import_roll(struct lx_import *import);

/* Enters the whole file or nothing of it. */
LX_CHECK enum lx_code lx_import_enter(struct lx_import *import);

#endif
