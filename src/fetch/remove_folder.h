// Deletes a folder that a confined process could write to, whatever it has done there: the confinement lets a
// process take the permissions of its own folders away, and then nobody but root could empty them.
#pragma once

#include <filesystem>
#include <system_error>

namespace hitscope {

// What is still in the way of deleting it, if anything. A folder that is not there is deleted. Links are not
// followed.
std::error_code remove_folder(const std::filesystem::path& folder);

}  // namespace hitscope
