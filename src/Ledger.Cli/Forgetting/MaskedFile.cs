using System.Globalization;
using System.Text.Json;
using Ledger.Explorer.Contracts;
using Ledger.Forgetting;
using Ledger.Log;

namespace Ledger.Cli.Forgetting;

/// <summary>Reads what <c>ledger mask --list</c> has printed.</summary>
internal static class MaskedFile
{
    /// <exception cref="UsageException">A line is not one of such a list.</exception>
    public static async Task<IReadOnlyList<EventMasked>> ReadAsync(string file, CancellationToken cancellationToken)
    {
        var (masked, number) = (new List<EventMasked>(), 0);
        await foreach (var line in File.ReadLinesAsync(file, cancellationToken))
        {
            number++;
            if (line.Length > 0)
            {
                masked.Add(Parse(file, number, line));
            }
        }

        return masked;
    }

    private static EventMasked Parse(string file, int number, string line)
    {
        try
        {
            var masked = JsonSerializer.Deserialize(line, ContractContext.Default.MaskedEventContract)?.ToEvent() ?? throw new JsonException("It is null.");

            // Every line is looked at before anything is masked.
            _ = MaskRequest.OfEvents([masked.EventId], masked.Reason) with { Paths = masked.Paths };
            _ = new StreamName(masked.Stream);
            return masked;
        }
        catch (Exception fault) when (fault is JsonException or ArgumentException)
        {
            var reason = fault is JsonException ? "it must be a JSON object with event_id, stream, version, paths and reason." : fault.Message.Split(" (Parameter", 2)[0];
            throw new UsageException($"Line {number.ToString(CultureInfo.InvariantCulture)} of '{file}' is not one of 'ledger mask --list': {reason} Nothing was masked.");
        }
    }
}
