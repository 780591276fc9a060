using System.Globalization;
using Ledger.Explorer.Rendering;
using Ledger.Log;
using Microsoft.AspNetCore.Http;

namespace Ledger.Explorer.Branches;

/// <summary>Forks a run or branch as a form or the API asks.</summary>
internal static class Forking
{
    public static async Task ForkAsync(ExplorerRequest request)
    {
        await request.Explorer.Forgery.CheckAsync(request.Http).ConfigureAwait(false);
        var form = await request.Http.Request.ReadFormAsync(request.Aborted).ConfigureAwait(false);
        var parent = Query.StreamNameOf(form["stream"].ToString());
        if (!long.TryParse(form["at"].ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var at))
        {
            throw new BadRequestException("The position to fork at must be a whole number from 0.");
        }

        var branch = await ForkAsync(
            request, parent, new Position(at), TextOf(form["id"].ToString()), TextOf(form["name"].ToString())).ConfigureAwait(false);
        request.Http.Response.StatusCode = StatusCodes.Status303SeeOther;
        request.Http.Response.Headers.Location = request.Links.Run(branch.Stream);
    }

    /// <summary>Forks, with the authenticated user of the application as actor; a request that was sent before gets the branch that it made then.</summary>
    public static async Task<BranchInfo> ForkAsync(ExplorerRequest request, StreamName parent, Position at, string? id, string? name)
    {
        if (id is not null)
        {
            Query.NewStreamNameOf($"branch:{id}");
        }

        var ledger = request.Explorer.Ledger;
        var fork = new BranchFork(parent, id ?? (request.Key?.IdOf() ?? Guid.CreateVersion7()).ToString())
        {
            At = at,
            Name = name,
            Metadata = new EventMetadata { Actor = request.Http.User.Identity?.Name, Source = "ledger-explorer" },
            MaxLineageDepth = ledger.Options.MaxLineageDepth,
        };
        BranchInfo branch;
        try
        {
            branch = await ledger.Store.ForkAsync(fork, request.Aborted).ConfigureAwait(false);
        }
        catch (BranchExistsException exists) when (request.Key is not null)
        {
            var made = await ledger.Store.GetBranchAsync(exists.Branch, request.Aborted).ConfigureAwait(false);
            if (made is not null && (made.Parent, made.ForkPosition, made.Name) == (parent, at, name))
            {
                return made;
            }

            throw;
        }

        Log.Forked(request.Explorer.Loggers.CreateLogger("Ledger.Explorer"), parent.Value, at.Value, branch.Stream.Value);
        return branch;
    }

    private static string? TextOf(string value) => value.Trim() is { Length: > 0 } text ? text : null;
}
