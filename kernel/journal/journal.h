/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The journal: one append-only sequence of entries with a Merkle tree over them (RFC 6962, SHA-256),
 * and beside it what entries name by salted hashes only: contents (prose, attachments), inner parts
 * (effects that not everyone may see) and the vault (sealed personal data, persons' keys).
 *
 * Entries are canonical JSON (RFC 8785), at most LX_ENTRY_MAX bytes. What is in them is decided in
 * kernel/types; here they are objects with a number. The form is specified in docs/journal.md.
 */
#ifndef LX_KERNEL_JOURNAL_JOURNAL_H
#define LX_KERNEL_JOURNAL_JOURNAL_H

#include "base/json.h"
#include "kernel/store/store.h"

#define LX_ENTRY_MAX 65535
#define LX_ENTRY_FORMAT                                                                            \
	1 /* frozen (docs/journal.md); entries of format 0 are read, none is written */
#define LX_HASH_BYTES     32
#define LX_HASH_TEXT      45 /* base64 with padding and zero byte */
#define LX_CONTENT_CHUNK  ((size_t)1 << 20)
#define LX_PSEUDONYM_TEXT 35 /* "p:" and 32 hexadecimal digits, and zero byte */

extern const struct lx_table lx_journal_tables[]; /* ends with a zero row */

/* What the next entry depends on. A plain value: a batch works on a copy, adopted after the commit. */
struct lx_edge {
	int64_t size; /* entries so far; the next one's number is size + 1 (numbers count from 1) */
	int64_t at;   /* moment of the last entry, ms UTC */
	int64_t contents; /* numbers given so far */
	int64_t seals;
	unsigned char peaks[64][LX_HASH_BYTES]; /* roots of the full subtrees, largest first */
	unsigned peaks_n;
};

/* The edge as the store has it. */
LX_CHECK enum lx_code lx_edge_load(struct lx_tx *tx, struct lx_edge *edge);
/* How many entries there are, without the tree: for those who only read. */
LX_CHECK enum lx_code lx_journal_size(struct lx_tx *tx, int64_t *size);

/* The root hash of the tree (empty tree: SHA-256 of nothing). */
void lx_edge_root(const struct lx_edge *edge, unsigned char root[LX_HASH_BYTES]);

/* Appends an entry: adds "format", "n" and "at" (never less than the last entry's) to `entry` (borrowed, an object),
 * writes canonical bytes, leaf hash and tree nodes, and moves the edge. `inner` (may be NULL, borrowed) is written beside it and
 * its salted hash put into the entry as "inner". LX_INVALID `journal.too_long` beyond LX_ENTRY_MAX. */
LX_CHECK enum lx_code lx_journal_append(
	struct lx_tx *tx, struct lx_edge *edge, int64_t now, json_t *entry, json_t *inner);

/* Puts an entry of another store's record as it stands: the next one, its bytes canonical. For copies. */
LX_CHECK enum lx_code lx_journal_put(struct lx_tx *tx, struct lx_edge *edge, struct lx_text bytes);

/* One entry: *open is what is public, *inner the inner part or NULL; both the caller's (lx_json_free). */
LX_CHECK enum lx_code lx_journal_read(struct lx_tx *tx, int64_t n, json_t **open, json_t **inner);

/* The canonical bytes of an entry, in the call's arena. */
LX_CHECK enum lx_code lx_journal_bytes(struct lx_tx *tx, int64_t n, struct lx_text *bytes);

/* Calls `each` for entries from..to in order (inner NULL where there is none; both borrowed). */
typedef enum lx_code lx_entry_fn(void *with, int64_t n, const json_t *open, const json_t *inner);
LX_CHECK enum lx_code lx_journal_walk(
	struct lx_tx *tx, int64_t from, int64_t to, lx_entry_fn *each, void *with);

/* Contents: prose and attachments, in chunks, named by the salted hash of the whole ("commitment"). */
struct lx_content {
	int64_t number;
	struct lx_text bytes; /* empty when gone */
	struct lx_text salt;  /* 32 bytes; empty when gone. Never to be shown but with the bytes */
	char lang[12];        /* BCP 47; "" for files and data */
	char media[64];       /* "text/plain", "application/json", … */
	char commitment[LX_HASH_TEXT];
	int64_t gone; /* the entry that withdrew it, or 0 */
};
LX_CHECK enum lx_code lx_content_put(struct lx_tx *tx, struct lx_edge *edge, struct lx_text bytes,
	const char *lang, const char *media, int64_t *number, char commitment[LX_HASH_TEXT]);
/* The same for a content of another store, under its number and salt; empty `bytes` and `salt`: it is not there (gone, as by entry 1). */
LX_CHECK enum lx_code lx_content_copy(struct lx_tx *tx, int64_t number,
	const unsigned char commitment[LX_HASH_BYTES], struct lx_text salt, struct lx_text bytes);
LX_CHECK enum lx_code lx_content_read(struct lx_tx *tx, int64_t number, struct lx_content *content);
/* Removes bytes and salt for good and remembers the withdrawing entry. */
LX_CHECK enum lx_code lx_content_withdraw(struct lx_tx *tx, int64_t number, int64_t entry);

/* The same without its bytes; `size` tells how many there are. */
LX_CHECK enum lx_code lx_content_head(
	struct lx_tx *tx, int64_t number, struct lx_content *content, size_t *size);

/* Writes a content's bytes onto `out`; one that is gone has none. */
LX_CHECK enum lx_code lx_content_write(struct lx_tx *tx, int64_t number, struct lx_buf *out);

/* A large content is laid down beforehand, chunk by chunk in transactions of their own, and adopted by the act that names it.
 * What nobody adopts is swept. `token`: what the one who laid it down holds; kept hashed. */
struct lx_upload {
	struct lx_text token;
	int64_t person; /* whose it is; 0: nobody's who is known */
	int64_t at;
	struct lx_text bytes;
	const char *media;
	unsigned char salt[32], commitment[32]; /* filled by lx_upload_seal, outside the writer */
	int64_t number;                         /* filled by the first part; 0: it was there */
};
void lx_upload_seal(struct lx_upload *upload);
size_t lx_upload_parts(const struct lx_upload *upload);
/* Lays down part i, in order. A token that lies there already whole: nothing is done, number 0. Beyond what may lie about
 * unadopted: LX_BUSY `journal.uploads`. */
LX_CHECK enum lx_code lx_upload_part(
	struct lx_tx *tx, struct lx_edge *edge, struct lx_upload *upload, size_t i);
/* The content of a token that `person` may adopt, whole; LX_NOT_FOUND without a fault. */
LX_CHECK enum lx_code lx_upload_find(
	struct lx_tx *tx, struct lx_text token, int64_t person, int64_t *number);
/* From now on it belongs to an entry. */
LX_CHECK enum lx_code lx_upload_adopt(struct lx_tx *tx, int64_t number);
/* Removes at most `most` uploads laid down before `before` and never adopted. */
LX_CHECK enum lx_code lx_uploads_sweep(struct lx_tx *tx, int64_t before, size_t most);

/* The vault. A person's key is made with the person; pseudonyms are HMAC-SHA-256(key, "need/17"), cut to
 * 128 bits: two acts of a person on one record can be linked, two records cannot. */
LX_CHECK enum lx_code lx_vault_person(struct lx_tx *tx, int64_t person);
LX_CHECK enum lx_code lx_vault_pseudonym(struct lx_tx *tx, int64_t person, const char *type,
	int64_t record, char pseudonym[LX_PSEUDONYM_TEXT]);
/* The same by a key that nobody keeps: of who asks with a query code. */
LX_CHECK enum lx_code lx_pseudonym_by(struct lx_call *call, const unsigned char key[LX_HASH_BYTES],
	const char *type, int64_t record, char pseudonym[LX_PSEUDONYM_TEXT]);
/* Remembers that a person stands in a relation to a record ("asker" of need/17), and forgets it. */
LX_CHECK enum lx_code lx_vault_stand(
	struct lx_tx *tx, int64_t person, const char *type, int64_t record, const char *relation);
LX_CHECK enum lx_code lx_vault_unstand(
	struct lx_tx *tx, int64_t person, const char *type, int64_t record, const char *relation);
/* Records of a type (NULL: any) a person stands in a relation (NULL: any) to, newest first. */
struct lx_standing {
	const char *type;
	int64_t record;
	const char *relation;
};
LX_CHECK enum lx_code lx_vault_standings(struct lx_tx *tx, int64_t person, const char *type,
	const char *relation, size_t most, struct lx_standing **standings, size_t *n);
/* Who stands first in a relation to a record ("bearer" of mandate/4); LX_NOT_FOUND without a fault. For commands that act by
 * a mandate: no page asks this. */
LX_CHECK enum lx_code lx_vault_who(
	struct lx_tx *tx, const char *type, int64_t record, const char *relation, int64_t *person);
/* Seals personal data; `person` whose it is, or 0 (then it goes with its record). The commitment does not tell the length. */
LX_CHECK enum lx_code lx_seal_put(struct lx_tx *tx, struct lx_edge *edge, int64_t person,
	struct lx_text text, int64_t *number, char commitment[LX_HASH_TEXT]);
/* *text in the call's arena; LX_NOT_FOUND without a fault when it is gone. */
LX_CHECK enum lx_code lx_seal_read(struct lx_tx *tx, int64_t number, struct lx_text *text);
LX_CHECK enum lx_code lx_seal_remove(struct lx_tx *tx, int64_t number);
/* Removes key, standings and all seals of a person for good; *seals lists the numbers that went. */
LX_CHECK enum lx_code lx_vault_erase(struct lx_tx *tx, int64_t person, int64_t **seals, size_t *n);

/* Every person erased, with the mark of the key that went; and whether a person has the key of this mark still: a backup that was restored
 * brought it back. */
typedef enum lx_code lx_erased_fn(
	void *with, int64_t person, const unsigned char mark[LX_HASH_BYTES]);
LX_CHECK enum lx_code lx_vault_erased(struct lx_tx *tx, lx_erased_fn *each, void *with);
LX_CHECK enum lx_code lx_vault_must_go(
	struct lx_tx *tx, int64_t person, const unsigned char mark[LX_HASH_BYTES], bool *must);

/* Base64 of the SHA-256 of a text: for telling requests apart and for addresses of assets. */
void lx_hash_text(struct lx_text text, char base64[LX_HASH_TEXT]);

/* Verification without institutions: numbers without gaps, canonical bytes, moments never decreasing, leaf
 * hashes, tree nodes, inner hashes, contents and seals against the commitments that entries bind. On a difference: LX_CONFLICT
 * with the fault naming the first bad entry or content. */
LX_CHECK enum lx_code lx_journal_verify(struct lx_tx *tx);

#endif
