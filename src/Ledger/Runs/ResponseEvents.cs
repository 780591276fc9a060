using System.Runtime.InteropServices;
using System.Text.Json;
using Ledger.Json;
using Ledger.Log;

namespace Ledger.Runs;

/// <summary>The events that record responses to a call, from its caller or from outside: with a price, and in the nearest form that can be stored.</summary>
internal sealed class ResponseEvents(StreamName stream, AgentLedger ledger, CallKey key, JsonElement request)
{
    /// <summary>The event of a response, and the response itself where the event has another form of it.</summary>
    /// <remarks>The call is made and paid for: an answer that cannot be stored must not be made again for that.</remarks>
    /// <param name="response">The response.</param>
    /// <param name="metadata">The metadata of its event; the first cause is the request.</param>
    /// <param name="duration">How long the call took; null if that is not known.</param>
    public (NewEvent Event, JsonElement? Original) Of(CallResponse response, EventMetadata metadata, TimeSpan? duration = null)
    {
        if (response.Content.ValueKind == JsonValueKind.Undefined)
        {
            throw new InvalidOperationException("The call returned a response without content. Give it JSON; null is JSON too.");
        }

        response = Priced(response);

        // The raw text still shows what a writer would replace silently.
        var raw = JsonMarshal.GetRawUtf8Value(response.Content);
        if (raw.Length > PayloadRules.MaxBytes || PayloadCheck.FaultOf(raw) is null)
        {
            try
            {
                var whole = Event(response, metadata, null, duration);
                ledger.Store.Registry.Write(whole);
                return (whole, null);
            }
            catch (Exception e) when (e is InvalidEventException or LoneSurrogateException or JsonException or InvalidOperationException or ArgumentException)
            {
                // Recorded in another form below.
            }
        }

        var (json, altered) = StorableAnswer.Of(response.Content);
        var responded = Event(response with { Content = json }, metadata, altered, duration);
        ledger.Store.Registry.Write(responded);
        return (responded, CallEventForm.OriginalOf(key.Kind, response));
    }

    private CallResponse Priced(CallResponse response)
    {
        if (response.CostUsd is not null || ledger.Options.Price is null || (key.Kind != CallEventForm.Llm && response.InputTokens is null))
        {
            return response;
        }

        var read = key.Kind == CallEventForm.Llm ? CallCost.Read(response.Content) : CallCost.Unknown;
        if (read.Usd is not null)
        {
            return response;
        }

        var used = read with
        {
            InputTokens = response.InputTokens ?? read.InputTokens,
            OutputTokens = response.OutputTokens ?? read.OutputTokens,
            Model = read.Model ?? CallCost.Read(request).Model,
        };
        return response with { CostUsd = ledger.PriceOf(used, stream) };
    }

    private NewEvent Event(CallResponse response, EventMetadata metadata, AlteredAnswer? altered, TimeSpan? duration)
    {
        var headers = CallEventForm.HeadersOf(key, metadata);
        if (altered is not null)
        {
            headers.Add(AlteredAnswerForm.Header, AlteredAnswerForm.ToElement(altered));
        }

        if (duration is { } time)
        {
            headers.Add(CallEventForm.DurationHeader, EventJson.ToElement(writer => writer.WriteNumberValue((long)time.TotalMilliseconds)));
        }

        return new NewEvent(CallEventForm.Response(key.Kind, metadata.Causes[0], response), metadata with { Headers = headers, ForeignId = null });
    }
}
