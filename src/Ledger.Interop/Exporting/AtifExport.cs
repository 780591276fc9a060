using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Interop.Reading;
using Ledger.Json;
using Ledger.Log;
using Ledger.Runs;

namespace Ledger.Interop.Exporting;

/// <summary>Writes a run as a trajectory: a message to the model is a step, and an answer with its calls and their results is one.</summary>
internal sealed class AtifExport(Run run, ExportReport report)
{
    private const string Version = "ATIF-v1.7";

    private int _steps;
    private (long Prompt, long Completion, long Cached, decimal Usd) _used;

    public async Task WriteAsync(Stream output, CancellationToken cancellationToken)
    {
        var writer = new Utf8JsonWriter(output, EventJson.WriterOptions);
        await using var _ = writer.ConfigureAwait(false);
        writer.WriteStartObject();
        var header = await HeaderAsync(cancellationToken).ConfigureAwait(false);
        foreach (var (name, value) in header)
        {
            writer.WritePropertyName(name);
            Write(writer, value);
        }

        writer.WriteStartArray("steps");
        AtifStep? open = null;
        JsonObject? ended = null;
        await foreach (var turn in new RunTurns().ReadAsync(run, cancellationToken).ConfigureAwait(false))
        {
            if (turn is Called called && open is { IsAnswer: true })
            {
                open.Add(called);
                continue;
            }

            if (turn is Asked or Failed { CallId: not null })
            {
                continue;
            }

            if (turn is Used used)
            {
                Count(used);
                open?.Add(used);
                continue;
            }

            if (turn is Returned returned && open is not null && open.Takes(returned))
            {
                open.Add(returned);
                continue;
            }

            if (turn is Other { Event.Type: "recording.started" or "recording.ended" or "atif.observation" } known && known.Event.Metadata.Source == RecordingFormat.Atif.Name)
            {
                ended = known.Event.Type == "recording.ended" ? known.Data.ToNode() as JsonObject : ended;
                if (known.Event.Type == "atif.observation")
                {
                    open?.Add(known);
                }

                continue;
            }

            if (turn is Other { Event.Type: RecordingEnd.ReferenceType or RecordingEnd.LinkType })
            {
                // What is linked names each other by itself.
                continue;
            }

            if (turn is Other or Failed)
            {
                report.Leave(turn.Event.Type);
                continue;
            }

            await EndAsync(writer, open, cancellationToken).ConfigureAwait(false);
            open = AtifStep.Of(turn);
            Count(turn);
        }

        await EndAsync(writer, open, cancellationToken).ConfigureAwait(false);
        writer.WriteEndArray();
        WriteEnd(writer, ended);
        writer.WriteEndObject();
        await writer.FlushAsync(cancellationToken).ConfigureAwait(false);
        output.WriteByte((byte)'\n');
    }

    // The agent's name comes before the steps: of the recording, or of the first answer.
    private async Task<JsonObject> HeaderAsync(CancellationToken cancellationToken)
    {
        JsonArray tools = [];
        await foreach (var item in run.ReadAsync(cancellationToken: cancellationToken).ConfigureAwait(false))
        {
            if (item.Type == "llm.request" && RunTurns.IsOwn(item) && tools.Count == 0)
            {
                tools = ChatForm.ToolsOf(item.ToJsonElement().Member("tools"));
            }

            if (item.Type == "recording.started" && item.Metadata.Source == RecordingFormat.Atif.Name && item.ToJsonElement().ToNode() is JsonObject recorded)
            {
                recorded.Remove("subagent_runs");
                return recorded;
            }

            if (item.Type == "llm.response")
            {
                var agent = new JsonObject { ["name"] = item.Metadata.Actor ?? "agent", ["version"] = "unknown" };
                if (item.ToJsonElement().Text("model") is { } model)
                {
                    agent["model_name"] = model;
                }

                if (tools.Count > 0)
                {
                    agent["tool_definitions"] = tools;
                }

                return Header(agent);
            }
        }

        return Header(new JsonObject { ["name"] = "agent", ["version"] = "unknown" });
    }

    private JsonObject Header(JsonObject agent) => new() { ["schema_version"] = Version, ["session_id"] = run.Id, ["agent"] = agent };

    private void Count(Turn turn)
    {
        if (turn is Answered or Used)
        {
            var cost = CallCost.Read(turn.Data);
            _used = (_used.Prompt + (cost.InputTokens ?? 0), _used.Completion + (cost.OutputTokens ?? 0), _used.Cached + (cost.CachedTokens ?? 0), _used.Usd + (cost.Usd ?? 0));
        }
    }

    private async Task EndAsync(Utf8JsonWriter writer, AtifStep? step, CancellationToken cancellationToken)
    {
        if (step is null)
        {
            return;
        }

        Write(writer, step.ToJson(++_steps));
        if (writer.BytesPending > 1 << 16)
        {
            await writer.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private void WriteEnd(Utf8JsonWriter writer, JsonObject? ended)
    {
        if (ended is null)
        {
            ended = new JsonObject
            {
                ["final_metrics"] = new JsonObject
                {
                    ["total_prompt_tokens"] = _used.Prompt,
                    ["total_completion_tokens"] = _used.Completion,
                    ["total_cached_tokens"] = _used.Cached,
                    ["total_cost_usd"] = JsonNode.Parse(_used.Usd.ToString(CultureInfo.InvariantCulture)),
                    ["total_steps"] = _steps,
                },
            };
        }

        ended.Remove("cost_usd");
        ended.Remove("usage");
        if (ended["others"] is JsonObject others)
        {
            ended.Remove("others");
            foreach (var (name, value) in others)
            {
                ended[name] = value?.DeepClone();
            }
        }

        foreach (var (name, value) in ended)
        {
            writer.WritePropertyName(name);
            Write(writer, value);
        }
    }

    private static void Write(Utf8JsonWriter writer, JsonNode? value)
    {
        if (value is null)
        {
            writer.WriteNullValue();
        }
        else
        {
            value.WriteTo(writer);
        }
    }
}
