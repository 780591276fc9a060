using System.Globalization;
using System.Text.Json;
using Ledger.Explorer.Contracts;
using Ledger.Explorer.Rendering;
using Ledger.Log;
using Ledger.Runs;
using Ledger.Worlds;
using Microsoft.AspNetCore.Http;

namespace Ledger.Explorer.Merging;

/// <summary>Merges as people decided on the page: at the two lengths that they saw.</summary>
internal static class MergeForm
{
    /// <summary>Merges and goes to the event; if conflicts are open, the page again, with what was decided.</summary>
    public static async Task<Page?> MergeAsync(ExplorerRequest request)
    {
        await request.Explorer.Forgery.CheckAsync(request.Http).ConfigureAwait(false);
        var form = await request.Http.Request.ReadFormAsync(request.Aborted).ConfigureAwait(false);
        var (target, source) = (Query.StreamNameOf(form["target"].ToString()), Query.StreamNameOf(form["source"].ToString()));
        return await RefusingAsync(async () =>
        {
            var options = new MergeOptions
            {
                Resolver = MergeDecisions.ToResolver(DecisionsOf(form), request.Explorer.Ledger.Options.MergeRules, form["rest"].ToString() is { Length: > 0 } rest ? rest : null),
                At = PositionOf(form, "at"),
                ExpectedLength = PositionOf(form, "length"),
                Metadata = new EventMetadata { Actor = request.Http.User.Identity?.Name, Source = "ledger-explorer" },
            };
            var run = await request.Explorer.Ledger.OpenAsync(target, request.Aborted).ConfigureAwait(false);
            var branch = await request.Explorer.Ledger.OpenAsync(source, request.Aborted).ConfigureAwait(false);
            try
            {
                var merged = await run.MergeAsync(branch, options, request.Aborted).ConfigureAwait(false);
                request.Http.Response.StatusCode = StatusCodes.Status303SeeOther;
                request.Http.Response.Headers.Location = merged.EventId is { } id ? request.Links.EventById(target, id) : request.Links.Merge(target, source);
                return null;
            }
            catch (MergeConflictException conflict)
            {
                return Page.Of<MergePage>(new MergeModel { Target = target, Source = source, Preview = conflict.Preview, IsRefused = true });
            }
        }).ConfigureAwait(false);
    }

    /// <summary>The text by which a form names a conflict.</summary>
    public static string KeyOf(MergeConflict conflict) =>
        JsonSerializer.Serialize([conflict.Kind.ToName(), conflict.Id, conflict.Path, conflict.Reason.ToName()], ContractContext.Default.IReadOnlyListString);

    /// <summary>Answers; sides of different runs and decisions that do not fit are a bad request.</summary>
    public static async Task<T> RefusingAsync<T>(Func<Task<T>> answer)
    {
        try
        {
            return await answer().ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is FormatException || fault is ArgumentException { ParamName: "source" or "decision" or "json" })
        {
            throw new BadRequestException(fault.Message.Split(" (Parameter", 2)[0]);
        }
    }

    private static List<MergeConflictContract> DecisionsOf(IFormCollection form)
    {
        var decisions = new List<MergeConflictContract>();
        for (var i = 0; form.TryGetValue($"key-{i}", out var key); i++)
        {
            if (form[$"take-{i}"].ToString() is { Length: > 0 } take)
            {
                decisions.Add(DecisionOf(key.ToString(), take));
            }
        }

        return decisions;
    }

    private static MergeConflictContract DecisionOf(string key, string take)
    {
        try
        {
            if (JsonSerializer.Deserialize(key, ContractContext.Default.IReadOnlyListString) is [{ } kind, { } id, { } path, { } reason])
            {
                return new MergeConflictContract { Kind = kind, Id = id, Path = path, Reason = reason, Take = take };
            }
        }
        catch (JsonException)
        {
            // Refused below, with the same words.
        }

        throw new FormatException("The form names a conflict in a way that this page does not. Reload it and decide again.");
    }

    private static Position PositionOf(IFormCollection form, string name) =>
        long.TryParse(form[name].ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? new Position(value)
            : throw new BadRequestException($"'{name}' must be a whole number from 0.");
}
