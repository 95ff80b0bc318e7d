/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the journal stores, and every statement that touches it. */
#include "kernel/journal/journal_queries.h"

const struct lx_table lx_journal_tables[] = {
	/* the canonical bytes and their leaf hash */
	{ "entry", LX_LOG, "n INTEGER PRIMARY KEY, leaf BLOB NOT NULL, bytes BLOB NOT NULL", NULL,
		false },
	/* full tiles of the tree: 256 hashes of a level and the root over them (before the hashes, so that
	 * reading roots does not read the rest) */
	{ "tile", LX_LOG,
		"level INTEGER NOT NULL, number INTEGER NOT NULL, root BLOB NOT NULL, "
		"hashes BLOB NOT NULL, PRIMARY KEY (level, number)",
		NULL, false },
	{ "inner_part", LX_KEPT,
		"entry INTEGER PRIMARY KEY, salt BLOB NOT NULL, bytes BLOB NOT NULL", NULL, false },
	/* no salt: withdrawn, by the entry `gone` */
	{ "content", LX_KEPT,
		"number INTEGER PRIMARY KEY, commitment BLOB NOT NULL, salt BLOB, "
		"size INTEGER NOT NULL, gone INTEGER NOT NULL, lang TEXT NOT NULL, media TEXT NOT "
		"NULL",
		NULL, false },
	{ "content_chunk", LX_KEPT, "place INTEGER PRIMARY KEY, bytes BLOB NOT NULL", NULL, false },
	/* laid down and not adopted yet; `token` is what the form holds, hashed */
	{ "upload", LX_KEPT,
		"token TEXT PRIMARY KEY, content INTEGER NOT NULL, person INTEGER NOT NULL, "
		"at INTEGER NOT NULL, size INTEGER NOT NULL, whole INTEGER NOT NULL",
		"CREATE INDEX upload_by_at ON upload (at, content)", true },
	/* no salt: erased; the row stays so that its number is not given again */
	{ "seal", LX_KEPT,
		"number INTEGER PRIMARY KEY, commitment BLOB NOT NULL, person INTEGER NOT NULL, "
		"salt BLOB, text TEXT",
		"CREATE INDEX seal_person ON seal (person) WHERE person > 0", false },
	/* no key: erased. mark: SHA-256 of the key, which tells this key from another person's under the same number in a restored backup */
	{ "person_key", LX_KEPT, "person INTEGER PRIMARY KEY, secret BLOB, mark BLOB NOT NULL",
		"CREATE INDEX person_erased ON person_key (person) WHERE secret IS NULL", false },
	{ "standing", LX_KEPT,
		"id INTEGER PRIMARY KEY, person INTEGER NOT NULL, type TEXT NOT NULL, "
		"record INTEGER NOT NULL, relation TEXT NOT NULL, "
		"UNIQUE (person, type, record, relation)",
		NULL, false },
	{ 0 },
};

const struct lx_query lx_journal_queries[Q_JOURNAL_QUERIES] = {
	[Q_ENTRY_INSERT] = { "entry.insert",
		"INSERT INTO entry (n, leaf, bytes) VALUES ($1, $2, $3)", "ibb", "" },
	[Q_ENTRY_LAST] = { "entry.last", "SELECT n, bytes FROM entry ORDER BY n DESC LIMIT 1", "",
		"ib" },
	[Q_ENTRY_LAST_N] = { "entry.last_n", "SELECT coalesce(max(n), 0) FROM entry", "", "i" },
	[Q_ENTRY_COUNT] = { "entry.count", "SELECT count(*) FROM entry", "", "i" },
	[Q_ENTRY_BYTES] = { "entry.bytes", "SELECT bytes FROM entry WHERE n = $1", "i", "b" },
	[Q_ENTRY_BOTH] = { "entry.both",
		"SELECT e.bytes, i.bytes FROM entry e LEFT JOIN inner_part i ON i.entry = e.n "
		"WHERE e.n = $1",
		"i", "bB" },
	[Q_ENTRY_SPAN] = { "entry.span",
		"SELECT n, bytes FROM entry WHERE n >= $1 AND n <= $2 ORDER BY n", "ii", "ib" },
	[Q_ENTRY_WALK] = { "entry.walk",
		"SELECT e.n, e.bytes, i.bytes FROM entry e LEFT JOIN inner_part i ON i.entry = e.n "
		"WHERE e.n >= $1 AND e.n <= $2 ORDER BY e.n",
		"ii", "ibB" },
	[Q_ENTRY_VERIFY] = { "entry.verify",
		"SELECT e.n, e.leaf, e.bytes, i.salt, i.bytes "
		"FROM entry e LEFT JOIN inner_part i ON i.entry = e.n ORDER BY e.n",
		"", "ibbBB" },
	[Q_LEAVES] = { "entry.leaves", "SELECT leaf FROM entry WHERE n > $1 AND n <= $2 ORDER BY n",
		"ii", "b" },
	[Q_INNER_INSERT] = { "inner.insert",
		"INSERT INTO inner_part (entry, salt, bytes) VALUES ($1, $2, $3)", "ibb", "" },
	[Q_INNER_COUNT] = { "inner.count", "SELECT count(*) FROM inner_part", "", "i" },
	[Q_TILE_INSERT] = { "tile.insert",
		"INSERT INTO tile (level, number, root, hashes) VALUES ($1, $2, $3, $4)", "iibb",
		"" },
	[Q_TILE_ROOTS] = { "tile.roots",
		"SELECT root FROM tile WHERE level = $1 AND number >= $2 AND number < $3 "
		"ORDER BY number",
		"iii", "b" },
	[Q_TILE] = { "tile", "SELECT root, hashes FROM tile WHERE level = $1 AND number = $2", "ii",
		"bb" },
	[Q_TILE_COUNT] = { "tile.count", "SELECT count(*) FROM tile", "", "i" },
	[Q_CONTENT_INSERT] = { "content.insert",
		"INSERT INTO content (number, commitment, salt, size, gone, lang, media) "
		"VALUES ($1, $2, $3, $4, 0, $5, $6)",
		"ibbitt", "" },
	[Q_CONTENT_LAST] = { "content.last", "SELECT coalesce(max(number), 0) FROM content", "",
		"i" },
	[Q_CONTENT] = { "content",
		"SELECT commitment, salt, size, gone, lang, media FROM content WHERE number = $1",
		"i", "bBiitt" },
	[Q_CONTENT_GONE] = { "content.gone",
		"UPDATE content SET salt = NULL, size = 0, gone = $2 WHERE number = $1", "ii", "" },
	[Q_CHUNK_INSERT] = { "content.insert_chunk",
		"INSERT INTO content_chunk (place, bytes) VALUES ($1, $2)", "ib", "" },
	[Q_CHUNKS] = { "content.chunks",
		"SELECT bytes FROM content_chunk WHERE place >= $1 AND place < $2 ORDER BY place",
		"ii", "b" },
	[Q_CHUNKS_DELETE] = { "content.delete_chunks",
		"DELETE FROM content_chunk WHERE place >= $1 AND place < $2", "ii", "" },
	[Q_CONTENT_DELETE] = { "content.delete", "DELETE FROM content WHERE number = $1", "i", "" },
	[Q_UPLOAD_INSERT] = { "upload.insert",
		"INSERT INTO upload (token, content, person, at, size, whole) "
		"VALUES ($1, $2, $3, $4, $5, 0)",
		"tiiii", "" },
	[Q_UPLOAD] = { "upload", "SELECT content, person, whole FROM upload WHERE token = $1", "t",
		"iii" },
	[Q_UPLOAD_WHOLE] = { "upload.whole", "UPDATE upload SET whole = 1 WHERE token = $1", "t",
		"" },
	[Q_UPLOAD_DELETE] = { "upload.delete", "DELETE FROM upload WHERE content = $1", "i", "" },
	[Q_UPLOADS_BYTES] = { "upload.bytes",
		"SELECT coalesce(sum(size), 0) FROM upload WHERE person = $1 OR $1 = -1", "i",
		"i" },
	[Q_UPLOADS_OLD] = { "upload.old",
		"SELECT content FROM upload WHERE at < $1 ORDER BY at, content LIMIT $2", "ii",
		"i" },
	[Q_SEAL_INSERT] = { "seal.insert",
		"INSERT INTO seal (number, commitment, person, salt, text) "
		"VALUES ($1, $2, $3, $4, $5)",
		"ibibt", "" },
	[Q_SEAL_LAST] = { "seal.last", "SELECT coalesce(max(number), 0) FROM seal", "", "i" },
	[Q_SEAL] = { "seal", "SELECT commitment, salt, text FROM seal WHERE number = $1", "i",
		"bBT" },
	[Q_SEAL_GONE] = { "seal.gone",
		"UPDATE seal SET person = 0, salt = NULL, text = NULL WHERE number = $1", "i", "" },
	[Q_SEALS_OF] = { "seal.of_person",
		"SELECT number FROM seal WHERE person = $1 AND person > 0 ORDER BY number", "i",
		"i" },
	[Q_SEALS_OF_GONE] = { "seal.of_person_gone",
		"UPDATE seal SET person = 0, salt = NULL, text = NULL "
		"WHERE person = $1 AND person > 0",
		"i", "" },
	[Q_PERSON_INSERT] = { "person.insert",
		"INSERT INTO person_key (person, secret, mark) VALUES ($1, $2, $3)", "ibb", "" },
	[Q_PERSONS_ERASED] = { "person.erased",
		"SELECT person, mark FROM person_key WHERE secret IS NULL AND person > $1 ORDER BY "
		"person",
		"i", "ib" },
	[Q_PERSON_MARK] = { "person.mark",
		"SELECT mark, secret IS NULL FROM person_key WHERE person = $1", "i", "bi" },
	[Q_PERSON] = { "person", "SELECT secret FROM person_key WHERE person = $1", "i", "B" },
	[Q_PERSON_GONE] = { "person.gone", "UPDATE person_key SET secret = NULL WHERE person = $1",
		"i", "" },
	[Q_STANDING_INSERT] = { "standing.insert",
		"INSERT INTO standing (person, type, record, relation) VALUES ($1, $2, $3, $4) "
		"ON CONFLICT (person, type, record, relation) DO NOTHING",
		"itit", "" },
	[Q_STANDING_DELETE] = { "standing.delete",
		"DELETE FROM standing WHERE person = $1 AND type = $2 AND record = $3 "
		"AND relation = $4",
		"itit", "" },
	[Q_STANDINGS] = { "standing.list",
		"SELECT type, record, relation FROM standing WHERE person = $1 "
		"AND ($2 IS NULL OR type = $2) AND ($3 IS NULL OR relation = $3) "
		"ORDER BY id DESC LIMIT $4",
		"iTTi", "tit" },
	/* a statement of its own: with the other one, whoever asked for ten thousand needs waits for all of them at every act */
	[Q_STANDINGS_OF_TYPE] = { "standing.list_of_type",
		"SELECT type, record, relation FROM standing WHERE person = $1 AND type = $2 "
		"AND ($3 IS NULL OR relation = $3) ORDER BY id DESC LIMIT $4",
		"iTTi", "tit" },
	[Q_STANDINGS_GONE] = { "standing.gone", "DELETE FROM standing WHERE person = $1", "i", "" },
	[Q_STANDING_WHO] = { "standing.who",
		"SELECT person FROM standing WHERE type = $1 AND record = $2 AND relation = $3 "
		"ORDER BY id LIMIT 1",
		"tit", "i" },
};
