#include "slices/slice.h"

#include <memory>
#include <utility>

#include "storage/question.h"

namespace tetrascope {

Handler on_query_pool(Middle& middle, Handler handler, ErrorShape shape) {
  return [&pool = middle.queries, handler = std::move(handler), shape = std::move(shape)](Request&& request,
                                                                                          Respond respond) {
    // Held together so that a refused task can still be answered.
    struct Job {
      Request request;
      Respond respond;
    };
    auto job = std::make_shared<Job>(Job{std::move(request), std::move(respond)});
    WorkerPool::Task task = [&handler, job] {
      const Question question;
      handler(std::move(job->request), std::move(job->respond));
    };
    if (!pool.post(task)) {
      job->respond(shape(job->request, {ErrorCode::kUnavailable, "too many questions are waiting; ask again"}));
    }
  };
}

}  // namespace tetrascope
