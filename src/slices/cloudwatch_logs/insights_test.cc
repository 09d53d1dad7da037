#include <gtest/gtest.h>

#include <algorithm>

#include "query/check.h"
#include "slices/cloudwatch_logs/insights_plan.h"
#include "slices/cloudwatch_logs/insights_query.h"

namespace tetrascope::cloudwatch_logs {
namespace {

Parsed<InsightsPlan> compile(std::string_view text) {
  static const FieldCatalogue kFields;
  auto query = parse_insights_query(text);
  if (!query) return std::unexpected(query.error());
  InsightsScope scope;
  scope.account = "123456789012";
  scope.range = {{1'700'000'000 * kNanosPerSecond}, {1'700'003'600 * kNanosPerSecond}};
  scope.fields = &kFields;
  return compile_insights_query(*query, scope);
}

// The examples of the dossier (cloudwatch_logs 5.9), with the columns that they show.
TEST(Insights, QueriesBecomeSoundPlans) {
  using Names = std::vector<std::string>;
  const struct {
    std::string_view query;
    Names names;
  } table[] = {
      {"fields @timestamp, @message | sort @timestamp desc | limit 25", {"@timestamp", "@message"}},
      {"filter @message like /Exception/ | stats count(*) as exceptionCount by bin(1h) | sort exceptionCount desc",
       {"bin(1h)", "exceptionCount"}},
      {"fields @message | filter @message not like /Exception/", {"@message"}},
      {"fields f1 | filter f1 =~ /(?i)exception/", {"f1"}},
      {R"(filter @message like /RequestId: (?<id>\S+)/ | fields f1)", {"f1"}},
      {"fields @timestamp, @message | filter statusCode in [300,400,500]", {"@timestamp", "@message"}},
      {R"(filter Type not in ["foo","bar",1])", {"@timestamp", "@message"}},
      {"filter (duration>2000)", {"@timestamp", "@message"}},
      {"fields f1, f2 | filter (f1=10 or f3>25)", {"f1", "f2"}},
      {"fields `foo-bar`, action, abs(f3-f4)", {"foo-bar", "action", "abs(f3-f4)"}},
      {"fields concat(Operation, '-', StatusCode) as opStatus", {"opStatus"}},
      {"fields ispresent(resolverArn) as isRes | display isRes", {"isRes"}},
      {R"(parse @message "[*] *" as loggingType, loggingMessage | filter loggingType = "ERROR" | display loggingMessage)",
       {"loggingMessage"}},
      {R"(parse @message "user=*, method:*, latency := *" as @user, @method, @latency | stats avg(@latency) by @method, @user)",
       {"@method", "@user", "avg(@latency)"}},
      {R"(parse @message /\[(?<level>\S+)\]\s+(?<config>\{.*\})/ | fields level, config)", {"level", "config"}},
      {R"(FIELDS @message | PARSE @message "* [*] *" as loggingTime, loggingType, loggingMessage | FILTER loggingType IN ["ERROR", "INFO"] | DISPLAY loggingMessage, loggingType = "ERROR" as isError)",
       {"loggingMessage", "isError"}},
      {"stats max(m / 1000) as top, min(m / 1000) as low, top - low as spread", {"top", "low", "spread"}},
      {R"(filter isIpv4InSubnet(srcAddr, "192.0.2.0/24") | stats sum(bytes) as b by dstAddr | sort b desc | limit 15)",
       {"dstAddr", "b"}},
      {"stats pct(@duration, 50) as p50, percentile(@duration, 99) as p99 by bin(10m)", {"bin(10m)", "p50", "p99"}},
      {"stats earliest(@message), latest(@message), sortsFirst(level), sortsLast(level)",
       {"earliest(@message)", "latest(@message)", "sortsFirst(level)", "sortsLast(level)"}},
      {R"(fields replace(logGroup,"a","b") as g, substr("xyZfooxyZ",3,3) as s)", {"g", "s"}},
      {"fields datefloor(@timestamp, 1h) as h | stats count() by h", {"h", "count()"}},
      {"fields toMillis(@timestamp) as ms, fromMillis(1642195111000) as t", {"ms", "t"}},
      {"fields 2 ^ 3 as a, 10 % 3 as b, greatest(1,2,3) as c, floor(2.7) as d, ceil(2.1) as e, log(2), sqrt(4)",
       {"a", "b", "c", "d", "e", "log(2)", "sqrt(4)"}},
      {"fields @timestamp, server | sort @timestamp desc | dedup server", {"@timestamp", "server"}},
      {"fields @timestamp\n# | filter @message like /delay/\n| limit 20", {"@timestamp"}},
      {"stats count(*) as c by bin(1m) as t | stats max(c) as peak, avg(c) as mean", {"peak", "mean"}},
      {R"(fields if(ispresent(src), src, "unknown") as s | stats count(*) by s)", {"s", "count(*)"}},
      {R"(stats sum(strcontains(@message, "Init Duration")) as coldStarts by bin(1h))", {"bin(1h)", "coldStarts"}},
      {"filter isempty(user) or isblank(note)", {"@timestamp", "@message"}},
      {"fields @timestamp,ltrim(@log) as __log__grafana_internal__,ltrim(@logStream) as "
       "__logstream__grafana_internal__|stats count(*) by bin(1m)",
       {"bin(1m)", "count(*)"}},
      {"stats count_over_time(a), sum_over_time(a) by bin(5m)", {"bin(5m)", "count_over_time(a)", "sum_over_time(a)"}},
      {"filter @type = 'REPORT' | stats max(@memorySize / 1000 / 1000) as mb by @requestId", {"@requestId", "mb"}},
      {"stats sum(a)/count(*)*100 as share, count_distinct(ip), stddev(x) by responseElements.items.0.id",
       {"responseElements.items.0.id", "share", "count_distinct(ip)", "stddev(x)"}},
      {"fields a | fields b | fields a", {"b", "a"}},
      {"filter @message like /ERROR/ | pattern @message", {"@pattern", "@ratio", "@sampleCount", "@severityLabel"}},
      {"pattern @message | filter @ratio > 0.1 | stats sum(@sampleCount) by @severityLabel",
       {"@severityLabel", "sum(@sampleCount)"}},
      {"fields jsonParse(@message) as m | unnest m.events into event | display event.name, m.id",
       {"event.name", "m.id"}},
      {"unnest items into item | stats count(*) by item", {"item", "count(*)"}},
      {"fields jsonParse(@message) as j | stats count() by j.status_code", {"j.status_code", "count()"}},
      {"SOURCE logGroups(namePrefix: ['/app', '/api'], class: ['STANDARD']) | filter status >= 500",
       {"@timestamp", "@message"}},
      {"SOURCE \"a\" SOURCE 'b' START=1000 END=2999 | stats max(n)", {"max(n)"}},
      {"SOURCE lg start=-1d end=now | logcompare timeshift 7d",
       {"@pattern", "@ratio", "@sampleCount", "@severityLabel", "@differenceEventCount", "@differenceDescription"}},
      {"filter @message like /ERROR/ | pattern @message | diff previousWeek | filter @differenceEventCount > 0",
       {"@pattern", "@ratio", "@sampleCount", "@severityLabel", "@differenceEventCount", "@differenceDescription"}},
      {"filter requestId in (SOURCE '/db' | filter e = \"T\" | fields requestId) | fields requestId", {"requestId"}},
      {"filter id in (SOURCE 'p' | stats count(*) as n by id | filter n > 3 | fields id) | sort @timestamp asc",
       {"@timestamp", "@message"}},
      {"filter status >= 500 | join type=inner left=api right=lambda where api.requestId=lambda.requestId "
       "(SOURCE '/aws/lambda/f') | fields api.requestId, api.status, lambda.duration | sort lambda.duration desc",
       {"api.requestId", "api.status", "lambda.duration"}},
      {"join type=left left=o right=p where p.t=o.t (SOURCE 'x' | filter a = 1) | filter !ispresent(p.e) or p.e != 'S' "
       "| stats count(*) by p.s",
       {"p.s", "count(*)"}},
      {"stats avg(latency) as l by bin(1m) | fillmissing with 0 for l", {"bin(1m)", "l"}},
      {"stats count(*) as n by host, bin(1mo) as month | fillmissing | sort n desc", {"host", "month", "n"}},
      {"stats count(*) by bin(5m) offset 1h", {"bin(5m)", "count(*)"}},
      {"stats rate(bytes, 1m) as r, histogram(bytes, 4) as h, values(s), variance(x), countDistinct(y) by bin(5m)",
       {"bin(5m)", "r", "h", "values(s)", "variance(x)", "countDistinct(y)"}},
      {"stats topk(3, status)", {"topk(3, status)"}},
      {"fields price, tax | addtotals", {"price", "tax", "Total"}},
      {"fields price, tax, n | addtotals fieldname=Sum col=true price, tax", {"price", "tax", "n", "Sum"}},
      {"fields @timestamp, bytes | accum bytes as total | limit 5", {"@timestamp", "bytes", "total"}},
      {"fields bytes | accum bytes", {"bytes"}},
      {"fields bytes | autoregress bytes p=1-3", {"bytes", "bytes_p1", "bytes_p2", "bytes_p3"}},
      {"fields bytes | autoregress bytes as before p=2", {"bytes", "before"}},
      {"fields @timestamp, host, cpu_user, cpu_system | filldown host cpu*",
       {"@timestamp", "host", "cpu_user", "cpu_system"}},
      {"filldown", {"@timestamp", "@message"}},
      {"fields @timestamp, userId | sessionize userId, deviceId maxspan 1h as my_session",
       {"@timestamp", "userId", "my_session"}},
      {"sessionize user | stats count(*) by session_id", {"session_id", "count(*)"}},
      {"fields @timestamp, cpu, memory | outlier action=remove param=3.0 uselower=true mark=true cpu memory",
       {"@timestamp", "cpu", "memory", "cpu_outlier", "memory_outlier"}},
      {"fields svc | stats count(*) as cnt by svc | appendcols override=true ( SOURCE lg | stats avg(l) as a by svc )",
       {"svc", "cnt", "a"}},
      {"fields method, status | countFrequent method, status", {"method", "status", "_approxcount"}},
      {"expand items | stats count(*) by items, host", {"items", "host", "count(*)"}},
      {"fields items, host | expand items", {"items", "host"}},
      {"parse @message logfmt as lf | filter lf.level = 'error' | display lf.msg, lf.duration",
       {"lf.msg", "lf.duration"}},
      {"parse @message csv as host, method, d | stats avg(d) by method", {"method", "avg(d)"}},
      {R"(parse @message /(\d+\.\d+\.\d+\.\d+)/ as ip multi | stats count(*) by ip)", {"ip", "count(*)"}},
      {R"(parse @message /(?<payload>\{.*\})/ as payload | json field=payload "user.name" as username | display username)",
       {"username"}},
      {"fields jsonParse(@message) as m | filter m.users[1].action = 'x' | display m.`user.id`", {"m.`user.id`"}},
      {"filterIndex IPaddress in ['198.51.100.0'] | limit any 20", {"@timestamp", "@message"}},
      {"unmask @message", {"@message"}},
      {"stats sum(x) as a by y, z | stats max(a) as b by z | stats avg(b) as c | stats max(c)", {"max(c)"}},
      {"fields md5(a), sha256(a), urlencode(a), urldecode(a), base64encode(a), base64decode(a), split(a, ','), "
       "hexToAscii(a), hexToDec(a), decToHex(a), regexReplace(a, 'x+', 'y'), startsWith(a, 'b'), endsWith(a, 'b'), "
       "messageSize(a) | display 1 as one",
       {"one"}},
      {"fields round(a) as r, round(a, 2), haversine(1, 2, 3, 4), toNumber(a), toInt(a), toLong(a), toDouble(a), "
       "isNumeric(a), queryStartTime(), queryEndTime(), queryTimeRange(), ipv4ToNumber(a), isPrivateIP(a), "
       "isPublicIP(a), isReservedIP(a), jsonArraySize(a), jsonArrayContains(a, 'b'), strcontains(a, 'b', true), "
       "case(a = 1, 'x', a = 2, 'y'), case(a = 1, 1, 'z') | display r",
       {"r"}},
      {"fields parseDate(a, \"uuuu-MM-dd'T'HH:mm:ssXXX\", \"Europe/Berlin\") as t, "
       "formatDate(@timestamp, \"%Y-%m-%d\", \"Asia/Tokyo\") as d, strftime(@timestamp, \"%H\") as h",
       {"t", "d", "h"}},
      {"fields @aws.region, @aws.account", {"@aws.region", "@aws.account"}},
  };
  for (const auto& [query, names] : table) {
    const auto compiled = compile(query);
    ASSERT_TRUE(compiled) << query << ": " << compiled.error().message;
    EXPECT_EQ(compiled->names, names) << query;
    for (const plan::Plan* plan : {&compiled->plan, &compiled->counted}) {
      const auto sound = plan::check(*plan);
      EXPECT_TRUE(sound) << query << ": " << sound.error().message;
    }
  }
}

// A dedup keeps no events whole while it looks for those that stay, and by time may stop where enough are found.
TEST(Insights, DedupIsBounded) {
  const struct {
    std::string_view query;
    bool searched_first = false;   ///< for the places of the events that stay
    std::uint64_t first_rows = 0;  ///< that a part of the time may have all of
    bool newest_first = true;
  } table[] = {
      {"fields a | dedup a", true, 10'000},
      {"fields a | sort @timestamp desc | dedup a, b | limit 5", true, 5},
      {"sort @timestamp asc | fields a | filter b = 1 | dedup a | display a", true, 10'000, false},
      {"fields a | dedup a | filter b = 1", true},
      {"fields a | dedup a | stats count(*)", true},
      {"fields a | dedup a | dedup b", true},
      {"fields a | sort a | dedup a", true},
      {"fields a | limit 5 | dedup a"},
      {"fields fromMillis(x) as @timestamp | sort @timestamp | dedup a", true},
      {"stats count(*) by a | dedup a"},
      {"fields a | limit 5"},
  };
  for (const auto& [query, searched_first, first_rows, newest_first] : table) {
    const auto compiled = compile(query);
    ASSERT_TRUE(compiled) << query << ": " << compiled.error().message;
    EXPECT_EQ(compiled->first_rows, first_rows) << query;
    EXPECT_EQ(compiled->newest_first, newest_first) << query;
    const auto& stages = compiled->plan.stages;
    const auto is_search = [](const plan::Stage& stage) {
      const auto* filter = std::get_if<plan::Filter>(&stage);
      return filter != nullptr && std::holds_alternative<plan::InPlan>(filter->condition->node);
    };
    const auto search = std::ranges::find_if(stages, is_search);
    EXPECT_EQ(search != stages.end(), searched_first) << query;
    if (search != stages.end()) {
      EXPECT_TRUE(std::holds_alternative<plan::Sort>(*std::next(search))) << query;
    }
    EXPECT_TRUE(std::ranges::none_of(compiled->counted.stages, is_search)) << query;
    for (const plan::Plan* plan : {&compiled->plan, &compiled->counted}) EXPECT_TRUE(plan::check(*plan)) << query;
  }
}

TEST(Insights, RefusedWithThePlace) {
  const struct {
    std::string_view query, part;
  } table[] = {
      {"test", "test"},
      {"fields a | count()", "count"},
      {"fields a |  | limit 1", "|"},
      {"filter a = ", ""},
      {"fields nope(a)", "nope(a)"},
      {"stats max(x) - 1 as d by b >= in(5m)", "in"},
      {"filter 1 = and(a)", "and"},
      {"filter a > 5ms", "5ms"},
      {"fields @timestamp - 5m as b", "5m"},
      {"fields abs(5m)", "5m"},
      {"filter a like /(b/", "/(b/"},
      {"fields like() as a", "like"},
      {"fields 1 + not() as a", "not"},
      {"parse @message \"* *\" as one", "\"* *\""},
      {"stats count(*) by a | filter b = 1", "b"},
      {"stats count(*) | stats max(x)", "x"},
      {"limit many", "many"},
      {"filter a like b", "b"},
      {"stats a by b", "a"},
      {"fields 2 ^ 99", "99"},
      {"filter isIpInSubnet(a, \"no subnet\")", "\"no subnet\""},
      {"anomaly", "anomaly"},
      {"pattern @message | anomaly", "anomaly"},
      {"relevantfields where a > 1", "relevantfields"},
      {"lookup t id output name", "lookup"},
      {"fields a | join type=left", ""},
      {"join type=outer left=a right=b where a.k=b.k (SOURCE 'x')", "type=outer"},
      {"join left=a right=b where a.k=c.k (SOURCE 'x')", "c.k"},
      {"join left=a right=b where a.k=b.k (SOURCE 'x') | join left=c right=d where c.k=d.k (SOURCE 'y')",
       "join left=c right=d where c.k=d.k (SOURCE 'y')"},
      {"filter a in (SOURCE 'x' | filter b in (SOURCE 'y' | fields b) | fields a)", "("},
      {"filter a in (SOURCE 'x' | fields b, c)", "(SOURCE 'x' | fields b, c)"},
      {"filter a in (SOURCE 'x' | fields a", ""},
      {"filter a = 1 )", ")"},
      {"fields a | fillmissing", "fillmissing"},
      {"stats count(*) by bin(1s) | fillmissing with x for y", "x"},
      {"stats topk(3, a) by b", "topk(3, a)"},
      {"stats histogram(a, 0)", "0"},
      {"stats rate(a)", "rate(a)"},
      {"addtotals col=true | limit 1", "limit 1"},
      {"addtotals row=maybe", "row=maybe"},
      {"outlier action=keep a", "action=keep"},
      {"outlier", ""},
      {"autoregress a p=0", "p=0"},
      {"autoregress a p=3-1", "p=3-1"},
      {"fields a | filldown b", "filldown b"},
      {"stats count(*) by a | sessionize a", "sessionize a"},
      {"logcompare 7d", "7d"},
      {"fields parseDate(a, 'QQ')", "'QQ'"},
      {"fields formatDate(@timestamp, '%Y', 'no zone!')", "'no zone!'"},
      {"fields regexReplace(a, '(', 'x')", "'x'"},
      {"parse @message logfmt as a, b", ""},
      {"stats count(*) by a | pattern @message", "@message"},
      {"unnest a", ""},
      {"SOURCE | fields a", "|"},
      {"SOURCE logGroups(name: ['a'])", "name"},
      {"SOURCE logGroups(namePrefix: [])", ")"},
      {"SOURCE 'g' START=soon | fields a", "soon"},
      {"fields a | SOURCE 'g'", "SOURCE"},
      {"filter @message like 'open", "'open"},
  };
  for (const auto& [query, part] : table) {
    const auto compiled = compile(query);
    ASSERT_FALSE(compiled) << query;
    const auto& [message, begin, end] = compiled.error();
    ASSERT_LE(begin, end) << query;
    ASSERT_LE(end, query.size()) << query;
    EXPECT_EQ(query.substr(begin, end - begin), part) << query << ": " << message;
  }
  std::string aggregations = "stats max(x) as x";
  for (int i = 1; i < 10; ++i) aggregations += " | stats max(x) as x";
  EXPECT_TRUE(compile(aggregations));
  EXPECT_FALSE(compile(aggregations + " | stats max(x) as x"));
  EXPECT_FALSE(compile("fields " + std::string(9'000, '(')));
  EXPECT_FALSE(compile(std::string(20'000, 'a')));
}

}  // namespace
}  // namespace tetrascope::cloudwatch_logs
