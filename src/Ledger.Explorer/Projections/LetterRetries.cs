using System.Globalization;
using Ledger.Explorer.Failures;
using Ledger.Explorer.Rendering;
using Ledger.Log;
using Ledger.Postgres.Projections.Daemon;
using Microsoft.AspNetCore.Http;

namespace Ledger.Explorer.Projections;

/// <summary>Lets nodes apply all dead letters of a projection again, some in each request.</summary>
internal static class LetterRetries
{
    /// <summary>The most dead letters of a request.</summary>
    public const int Most = 100;

    // A node takes one at a beat, and a proxy waits for an answer a minute or so.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);

    /// <summary>Tries the dead letters in the order of the log, from where the form says.</summary>
    /// <returns>Where to go on; null if there is none left, and none that could not be applied.</returns>
    /// <exception cref="ConflictException">None is left, but some could not be applied.</exception>
    public static async Task<RetriedModel?> RunAsync(ExplorerRequest request, IFormCollection form, IReadOnlyList<DeadLetter> letters, string projection)
    {
        var after = form["after"].ToString() is not { Length: > 0 } text ? new SequenceNumber(0)
            : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? new SequenceNumber(number)
            : throw new BadRequestException("'after' must be the number of an event in the log.");
        DeadLetter[] wanted = [.. letters.Where(l => l.Projection == projection && l.Sequence > after)];
        var admin = ProjectionsReader.AdminOf(request);
        var clock = request.Explorer.TimeProvider;
        var (tried, failures) = await TryAsync(wanted, letter => admin.ReplayAsync(letter, request.Aborted), clock).ConfigureAwait(false);

        // A snapshot clears all letters of a stream at once, and another person may have tried them too: what is gone is done.
        if (failures.Count > 0)
        {
            var open = (await admin.ListDeadLettersAsync(projection, request.Aborted).ConfigureAwait(false)).Select(l => l.Id).ToHashSet();
            failures.RemoveAll(failure => !open.Contains(failure.Letter));
        }

        var message = failures.Count > 0 ? failures[^1].Message : null;
        if (tried < wanted.Length)
        {
            return new RetriedModel(projection, tried - failures.Count, failures.Count, message, wanted.Length - tried, wanted[tried - 1].Sequence.Value);
        }

        return message is null
            ? null
            : throw new ConflictException($"{DisplayText.Count(failures.Count, "dead letter")} of '{projection}' could not be applied; the last one: {message}");
    }

    /// <summary>Tries one after another, up to a number and a time.</summary>
    /// <returns>How many were tried, at least one, and those of them that failed.</returns>
    public static async Task<(int Tried, List<(Guid Letter, string Message)> Failures)> TryAsync(
        IReadOnlyList<DeadLetter> letters, Func<DeadLetter, Task> replay, TimeProvider clock)
    {
        var failures = new List<(Guid Letter, string Message)>();
        var (tried, until) = (0, clock.GetUtcNow() + Longest);
        foreach (var letter in letters.Take(Most))
        {
            if (tried > 0 && clock.GetUtcNow() >= until)
            {
                break;
            }

            tried++;
            try
            {
                await replay(letter).ConfigureAwait(false);
            }
            catch (RequestFailedException fault)
            {
                failures.Add((letter.Id, fault.Message));
            }
        }

        return (tried, failures);
    }
}
