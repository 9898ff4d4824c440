// The history's tables, as numbered steps that bring any older database to the newest schema.
//
// The table schema_version has a row for each step that was taken. Steps are taken together in one
// transaction, by one program at a time; a step, once released, is never changed: what is to be different
// becomes the next one.
#pragma once

#include <soci/soci.h>

#include "core/error.h"
#include "store/dialect.h"

namespace hitscope {

[[nodiscard]] int newest_schema();

// Errors: unreadable where the database is of a newer program or another one's; it is then left as it was.
// What SOCI throws is let through, with the transaction still open.
[[nodiscard]] Result<void> migrate(soci::session& session, const Dialect& dialect);

}  // namespace hitscope
