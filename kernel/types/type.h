/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The vocabulary in which institutions are written (docs/architecture.md, "Record types"). A type is
 * constant tables; a list inside a string is words separated by blanks; a column left out is NULL. No text
 * for readers stands here: message keys are derived from names. The checker (check.h) resolves every word at
 * every start.
 */
#ifndef LX_KERNEL_TYPES_TYPE_H
#define LX_KERNEL_TYPES_TYPE_H

#pragma GCC diagnostic ignored "-Wmissing-field-initializers" /* a column left out is NULL */

#include "base/fault.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum lx_kind {         /* what a field holds     "of" says                    in the entry */
	LX_NUMBER = 1, /* whole number           "0..100"                     17 */
	LX_DECIMAL,    /* exact decimal          "4" places                   "17.2500" */
	LX_MONEY,      /* minor units            "1.."                        "172500" */
	LX_DATE,       /* a day                                               "2026-11-20" */
	LX_MOMENT,     /* milliseconds, UTC                                   1795144507214 */
	LX_CHOICE,     /* one of these words     "yes no"                     "yes" */
	LX_CODE,       /* a word of the charter  "need.category"              "transport" */
	LX_WORD,       /* ASCII identifier       "12" longest                 "330100" */
	LX_NAMES,  /* official name, zh, en  "80" longest                 {"en":"...","zh":"..."} */
	LX_TEXT,   /* prose: a content       "4..20000" characters        "content/991" */
	LX_FILE,   /* attachment: a content  "pdf image sheet"            "content/992" */
	LX_DATA,   /* JSON: a content        its checker "need.question"  "content/993" */
	LX_SEALED, /* personal: the vault    "name phone mail id"         "seal/77" */
	LX_PERSON, /* a pseudonym            -                            "p:1890948b…" */
	LX_LINK,   /* record, or row of one  "member agreement.article"   "agreement/3#article.7" */
	LX_HASH,   /* commitment             -                            base64 of 32 bytes */
	LX_COUNT   /* computed at apply      "backer" or "roll.voted=yes" never */
};

struct lx_field {
	const char *name;
	enum lx_kind kind;
	const char *of;
	const char *
		use; /* list filter search thread unique; actor: filled from who acts, never from input */
	const char *
		seen_by; /* relations; NULL: everyone. What is restricted never stands in an open entry */
};

struct lx_rows { /* a list that belongs to the record and has no life of its own */
	const char *name;
	const struct lx_field *fields;
	const char *key; /* fields that no two rows share */
	bool many;       /* unbounded: never loaded whole, listed by pages */
};

/* LX_IS: the person at path. LX_ACTS_FOR: a mandate of the holder at path. LX_SITS_IN: a seat in the body at
 * path. LX_LEVEL: signed in how far. */
enum lx_how { LX_IS = 1, LX_ACTS_FOR, LX_SITS_IN, LX_LEVEL };

struct lx_relation {
	const char *name;
	enum lx_how how;
	const char *
		path; /* fields, rows, links: "source.party.member"; begins at the record, or "self", or "charter" */
	const char *
		office; /* any of: administrator officer delegate treasurer auditor editor; NULL: any */
};

enum lx_class { LX_PUBLIC = 1, LX_ON_REQUEST, LX_WITHHELD };
enum lx_mark {
	LX_WAIT = 1,
	LX_WORK,
	LX_SOON,
	LX_LATE,
	LX_DONE,
	LX_SHUT
}; /* the six marks of every list */

struct lx_state {
	const char *name;
	enum lx_mark mark;
	enum lx_class shown;
	const char *awaits; /* acts that should come next: they make the desk of who may do them */
};

struct lx_term {             /* a time limit, and what the clock does about it */
	const char *field;   /* the moment it shows */
	const char *length;  /* the charter's term; NULL: the day is given */
	const char *days_of; /* path to the member whose calendar counts; NULL: the region's */
	const char *runs;    /* states in which it runs; when the record leaves them it is over */
	const char *rests;   /* states in which it is suspended, the remainder kept */
	const char *then;    /* the clock's act when it has passed */
	bool morning; /* a given day counts from its beginning (in force from), not to its end (due) */
};

struct lx_consent {
	const char *name;
	const char *asked;  /* paths to the seats, members or bodies that are asked */
	const char *office; /* whose voice counts: any of these offices */
	const char *rule;   /* the charter's rule and term; "all" needs none */
	const char *fails;  /* act entered when refused; NULL: nothing changes */
};

/* A rule written in C: sees record, input, actor, charter; never the clock or sealed data (case.h). */
struct lx_case;
typedef enum lx_code lx_rule_fn(struct lx_case *c);
struct lx_rule {
	const char *name;
	lx_rule_fn *fn;
};
#define LX_C(f)                                                                                    \
	{                                                                                          \
#f, f                                                                              \
	}

struct lx_act {
	const char *name;
	const char *who; /* relations, any of them */
	const char *from,
		*to; /* states before ("*" any; NULL: makes the record); state after (NULL: stays) */
	const char *
		takes; /* field  field?  +rows  =rows  -rows  *rows (new, changed, removed)  reason  *  (? may be left out, * anything) */
	const char *undo;     /* the act that takes it back; "correct"; "-": it cannot be */
	const char *starts;   /* terms */
	const char *within;   /* a term: possible only while it runs */
	const char *clears;   /* fields emptied: what an earlier pass left behind */
	const char *consent;  /* the consent it needs */
	struct lx_rule guard; /* says why not, in a sentence */
	struct lx_rule also;  /* further effects and consequent acts that a row cannot say */
	bool dated;           /* may carry the day from which it holds */
};

enum lx_change { LX_RENAMED = 1, LX_DROPPED, LX_SPLIT };
struct lx_step { /* how stored entries of an older version are read */
	int version;
	enum lx_change change;
	const char *what; /* a field; for a split a state: "closed" */
	const char *
		now; /* its new name; for a split "yes=settled no=unsettled =unheard", the empty word for any other */
	const char *by; /* for a split: the field whose value decides */
};

/* What an authority answers in a record, and what who asked says of it: pages put them into one box. */
struct lx_answering {
	const char *text, *outcome;  /* fields: the answer, its conclusion */
	const char *act;             /* that gives the answer */
	const char *verdict, *facts; /* the act that judges it, and the fields it fills */
	const char *agrees;          /* of these the choice that says "yes" when who asked agrees */
};

/* Derived tables of a type's own (the books of a fund), brought up to date after each entry is applied, by the writer
 * and by rebuild alike: no rule, no clock, and nothing may fail that the act's guard has let pass. It reads these tables and no
 * others: in a rebuild other records are not written yet, and this one's consents are not loaded. */
struct lx_tx;
struct lx_table;
struct lx_record;
typedef enum lx_code lx_derive_fn(struct lx_tx *tx, const struct lx_record *record);

struct lx_type { /* title: the field that names a record; readers: relations that read it while not public */
	const char *name, *plural, *section, *title;
	const struct lx_field *fields;
	const struct lx_rows *rows;
	const struct lx_relation *relations;
	const struct lx_state *states;
	const struct lx_term *terms;
	const struct lx_consent *consents;
	const struct lx_act *acts;
	const char *readers;
	const struct lx_step *steps;
	const struct lx_answering *answering; /* NULL: nothing is answered */
	const struct lx_table *tables;        /* of its own, all derived; NULL: none */
	lx_derive_fn *derive;                 /* fills them; NULL: none */
};
#define END                                                                                        \
	{                                                                                          \
		0                                                                                  \
	}

/* What every type has besides (common.c). */
extern const struct lx_relation lx_common_relations[];
extern const struct lx_act lx_common_acts[];

#endif
