using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text.Json;

namespace Ledger.Runs;

/// <summary>Spans and metrics of calls, named <c>Ledger</c>; they cost nothing without a listener.</summary>
/// <remarks>
/// Names and units are those of OpenTelemetry for generative AI (https://opentelemetry.io/docs/specs/semconv/gen-ai/). A span has the ids of the events that recorded
/// its call, and the events have the span's context. An answer from the log costs nothing: it has a span with a link to that in which it was recorded,
/// and is counted apart, as is a failure from the log. Of an exception only the type is told: messages may have keys, or what a customer wrote.
/// </remarks>
internal static class WatchedCall
{
    private const string Name = "Ledger";
    private const string Operation = "gen_ai.operation.name";
    private const string Provider = "gen_ai.provider.name";
    private const string RequestModel = "gen_ai.request.model";
    private const string ResponseModel = "gen_ai.response.model";
    private const string ErrorType = "error.type";
    private const string FromLog = "ledger.call.from_log";

    private static readonly ActivitySource Source = new(Name);
    private static readonly Meter Meter = new(Name);

    private static readonly Histogram<double> Durations = Meter.CreateHistogram<double>(
        "gen_ai.client.operation.duration",
        "s",
        "How long calls of models and tools took.",
        advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92] });

    private static readonly Histogram<long> Tokens = Meter.CreateHistogram<long>(
        "gen_ai.client.token.usage",
        "{token}",
        "Tokens of requests to models, and of their responses.",
        advice: new InstrumentAdvice<long>
        {
            HistogramBucketBoundaries = [1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864],
        });

    private static readonly Counter<long> Calls = Meter.CreateCounter<long>("ledger.call.count", "{call}", "Recorded calls, by how they ended.");

    /// <summary>Makes a call within a span, and counts it.</summary>
    /// <param name="run">The run or branch.</param>
    /// <param name="kind">What is called.</param>
    /// <param name="request">What it is asked.</param>
    /// <param name="options">How it is recorded.</param>
    /// <param name="made">The call, which has its duration once it was made.</param>
    /// <param name="call">Makes the call or finds its answer, and returns the id of its request if it was recorded.</param>
    public static async Task<CallAnswer> RunAsync(
        Run run, string kind, JsonElement request, CallOptions options, TimedCall made, Func<Task<(CallAnswer Answer, Guid? RequestId)>> call)
    {
        if (!Source.HasListeners() && !Durations.Enabled && !Tokens.Enabled && !Calls.Enabled)
        {
            return (await call().ConfigureAwait(false)).Answer;
        }

        var what = Described.Of(kind, request, options);
        using var activity = Source.StartActivity(what.SpanName, kind == CallEventForm.Llm ? ActivityKind.Client : ActivityKind.Internal);
        if (activity is { IsAllDataRequested: true })
        {
            foreach (var (name, value) in what.Tags)
            {
                activity.SetTag(name, value);
            }

            activity.SetTag("gen_ai.conversation.id", run.History.Root.Id);
            activity.SetTag("ledger.stream", run.StreamName.Value);
            activity.SetTag("gen_ai.tool.name", what.Tool);
            activity.SetTag("gen_ai.tool.call.id", options.ToolCallId);
        }

        try
        {
            var (answer, requestId) = await call().ConfigureAwait(false);
            var isFromLog = answer.IsFromLog || made.Took is null;
            Describe(activity, answer, requestId, isFromLog);
            Count(what, made.Took is null ? "from_log" : "made");
            if (made.Took is not { } took)
            {
                return answer;
            }

            TagList tags = [.. what.Tags];
            if (answer.Cost.Model is { } model)
            {
                tags.Add(ResponseModel, model);
            }

            Durations.Record(took.TotalSeconds, tags);
            if (!isFromLog)
            {
                Record(answer.Cost.InputTokens, "input", tags);
                Record(answer.Cost.OutputTokens, "output", tags);
            }

            return answer;
        }
        catch (Exception fault)
        {
            var error = fault.GetType().FullName;
            activity?.SetStatus(ActivityStatusCode.Error);
            activity?.SetTag(ErrorType, error);
            activity?.SetTag(FromLog, made.Took is null && fault is RecordedFailureException);
            Count(what, OutcomeOf(fault, made));
            if (made.Took is { } took)
            {
                Durations.Record(took.TotalSeconds, [.. what.Tags, new(ErrorType, error)]);
            }

            throw;
        }
    }

    private static void Describe(Activity? activity, CallAnswer answer, Guid? requestId, bool isFromLog)
    {
        if (activity is not { IsAllDataRequested: true })
        {
            return;
        }

        activity.SetTag(ResponseModel, answer.Cost.Model);
        activity.SetTag("gen_ai.usage.input_tokens", answer.Cost.InputTokens);
        activity.SetTag("gen_ai.usage.output_tokens", answer.Cost.OutputTokens);
        activity.SetTag(FromLog, isFromLog);
        activity.SetTag("ledger.call.request_id", requestId?.ToString());
        activity.SetTag("ledger.call.response_id", answer.ResponseId.ToString());
        activity.SetTag("ledger.call.position", answer.Position.Value);
        activity.SetTag("ledger.call.cost_usd", (double?)answer.Cost.Usd);
        if (answer.IsFromLog && ActivityContext.TryParse(answer.TraceParent, null, out var recordedIn))
        {
            activity.AddLink(new ActivityLink(recordedIn));
        }
    }

    private static string OutcomeOf(Exception fault, TimedCall made) => fault switch
    {
        CallUnknownException => "unknown",
        _ when made.Took is not null => "failed",
        BudgetExceededException or ApprovalPendingException or ApprovalDeniedException => "refused",
        RecordedFailureException => "from_log",
        _ => "failed",
    };

    private static void Count(Described what, string outcome) => Calls.Add(1, [.. what.Tags, new("ledger.call.outcome", outcome)]);

    private static void Record(long? tokens, string type, TagList tags)
    {
        if (tokens is { } number)
        {
            Tokens.Record(number, [.. tags, new("gen_ai.token.type", type)]);
        }
    }

    /// <summary>What is called, by the names of OpenTelemetry.</summary>
    private sealed record Described(string SpanName, string? Tool, IReadOnlyList<KeyValuePair<string, object?>> Tags)
    {
        public static Described Of(string kind, JsonElement request, CallOptions options)
        {
            var (operation, target) = kind switch
            {
                CallEventForm.Llm => ("chat", CallCost.Read(request).Model),
                CallEventForm.Tool => ("execute_tool", ToolOf(request)),
                _ => (kind, null),
            };
            var tags = new List<KeyValuePair<string, object?>> { new(Operation, operation) };
            if (kind == CallEventForm.Llm && target is not null)
            {
                tags.Add(new(RequestModel, target));
            }

            if (options.Provider is { } provider)
            {
                tags.Add(new(Provider, provider));
            }

            return new Described(target is null ? operation : $"{operation} {target}", kind == CallEventForm.Tool ? target : null, tags);
        }

        private static string? ToolOf(JsonElement request) =>
            request.ValueKind == JsonValueKind.Object && request.TryGetProperty("tool", out var tool) && tool.ValueKind == JsonValueKind.String ? tool.GetString() : null;
    }
}
