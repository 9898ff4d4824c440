// The broker's end of a decoder (decoder_child.h): starts it, hands it its one file, watches what it uses up,
// ends it, and tells from the way it ended what that means for the file.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string_view>

#include "core/descriptor.h"
#include "core/error.h"
#include "core/line_channel.h"
#include "ingest/assignment.h"
#include "ingest/decoder_child.h"

namespace hitscope {

class DecoderProcess {
 public:
  // Forks, and waits until the decoder has given up what it does not need. To be called from a process with
  // one thread. `setup` must outlive the decoder's start only. Errors: internal (no process, no sandbox).
  [[nodiscard]] static Result<DecoderProcess> start(const DecoderSetup& setup);

  DecoderProcess(DecoderProcess&& other) noexcept;
  DecoderProcess& operator=(DecoderProcess&& other) noexcept;
  DecoderProcess(const DecoderProcess&) = delete;
  DecoderProcess& operator=(const DecoderProcess&) = delete;
  ~DecoderProcess();  // ends it

  // False when the decoder is gone: it may have been killed while it waited.
  [[nodiscard]] bool assign(const Assignment& assignment, int file);

  [[nodiscard]] int socket() const { return socket_.number(); }
  [[nodiscard]] LineReader& words() { return words_; }

  // Seconds of processor time so far; nullopt where that cannot be told.
  [[nodiscard]] std::optional<double> cpu_s() const;

  // After its words have ended without an answer: waits for its end, and ends it where it lingers.
  // corrupt: it crashed; timeout: the processor time is used up; interrupted: someone killed it; internal.
  [[nodiscard]] Error cause_of_death();

 private:
  DecoderProcess(pid_t pid, Descriptor socket);
  void end();

  pid_t pid_ = -1;
  Descriptor socket_;
  LineReader words_;
};

}  // namespace hitscope
