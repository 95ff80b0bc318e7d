/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A file layer of SQLite's that passes everything on to the system's and can fail on demand: how we
 * know that a full disk or a bad sector in the middle of a commit loses nothing that was answered.
 */
#ifndef LX_KERNEL_STORE_FAULTS_H
#define LX_KERNEL_STORE_FAULTS_H

#include <sqlite3.h>
#include <stdatomic.h>
#include <stdint.h>

/* `countdown`: the write (or sync, or growth of a file) that fails; 0: none. `times`: how many fail
 * from there on; 0: all until set again. `name` is what connections are opened with. */
struct lx_faults {
	sqlite3_vfs vfs;
	sqlite3_vfs *system; /* what everything is passed on to */
	char name[40];
	_Atomic uint64_t countdown;
	_Atomic uint64_t times;
	_Atomic uint64_t reads; /* the read that fails, and all after it; 0: none */
};

/* Registers the layer under a name of its own; SQLITE_OK or SQLite's error. */
int lx_faults_open(struct lx_faults *faults);

/* Takes it away; all its files are closed by then. A layer never opened (zeroed) is allowed. */
void lx_faults_close(struct lx_faults *faults);

#endif
