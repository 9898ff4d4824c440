// For tests of whoever calls a worker: a file that does to its decoder what a hostile one might.
//
// With `hitscope worker --debug-markers` a file that begins with one of these lines is obeyed instead of
// decoded, inside the sandbox and under all limits:
//   HITSCOPE-DEBUG crash    meets an instruction that there is not
//   HITSCOPE-DEBUG hang     sleeps for ever
//   HITSCOPE-DEBUG memory   takes memory until there is no more
// Without the option such a file is what it looks like: no audio.
#pragma once

namespace hitscope {

// `file` is read from its beginning; its position stays. Returns where there is no marker. Throws
// std::bad_alloc.
void obey_debug_marker(int file);

}  // namespace hitscope
