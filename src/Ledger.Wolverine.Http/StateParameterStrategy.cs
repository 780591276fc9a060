using System.Reflection;
using JasperFx;
using JasperFx.CodeGeneration.Model;
using JasperFx.Core.Reflection;
using Ledger.Wolverine.Handling;
using Ledger.Wolverine.Sessions;
using Microsoft.AspNetCore.Http.Metadata;
using Wolverine;
using Wolverine.Attributes;
using Wolverine.Http;
using Wolverine.Http.CodeGen;
using Wolverine.Persistence.EventSourcing;

namespace Ledger.Wolverine.Http;

/// <summary>Gives an endpoint the state of the run that its route or body names, without an attribute.</summary>
internal sealed class StateParameterStrategy : IParameterStrategy
{
    private static readonly string[] RouteNames = ["runId", "run", "id"];
    private readonly LedgerFrameProvider _provider = new();

    public bool TryMatch(HttpChain chain, IServiceContainer container, ParameterInfo parameter, out Variable? variable)
    {
        variable = null;
        if (parameter.ParameterType == typeof(LedgerSession))
        {
            _provider.ApplyTransactionSupport(chain, container);
            return true;
        }

        if (IsBound(parameter) || !LedgerFrameProvider.Owns(StateOf(parameter.ParameterType), container))
        {
            return false;
        }

        variable = IsRead(chain) ? Read(chain, container, parameter) : Write(chain, container, parameter);
        return true;
    }

    private Variable Write(HttpChain chain, IServiceContainer container, ParameterInfo parameter)
    {
        var attribute = new WriteModelAttribute(NameOf(chain)) { Required = false };
        if (attribute.FindIdentity(StateOf(parameter.ParameterType), typeof(string), chain) is not { } stream)
        {
            throw Nameless(chain, parameter);
        }

        if (parameter.ParameterType == typeof(Run) && LedgerHandlerPolicy.ReturnsNothing(chain.Method.Method))
        {
            _provider.ApplyTransactionSupport(chain, container);
            var opened = new OpenRunFrame(stream).Run;
            opened.OverrideName($"opened_{parameter.Name}");
            return opened;
        }

        return attribute.Modify(chain, parameter, container, container.GetInstance<WolverineOptions>().CodeGeneration);
    }

    private static Variable Read(HttpChain chain, IServiceContainer container, ParameterInfo parameter)
    {
        if (EventsOf(chain, container) is { } events)
        {
            throw new InvalidOperationException(
                $"{chain.Method} answers {string.Join(" and ", chain.HttpMethods)}, which only reads, but returns events ('{events.Name}'), which would not be "
                + "appended: let it answer POST, or return no events.");
        }

        var attribute = new ReadModelAttribute(NameOf(chain) ?? throw Nameless(chain, parameter)) { Required = false };
        var latest = attribute.Modify(chain, parameter, container, container.GetInstance<WolverineOptions>().CodeGeneration);

        // The segment of the route often has the name that a variable of this type gets.
        latest.OverrideName($"latest_{parameter.Name}");
        return latest;
    }

    private static bool IsRead(HttpChain chain) => chain.HttpMethods.All(method => method is "GET" or "HEAD" or "QUERY");

    // The first of several results is the response, which may be an event.
    private static Type? EventsOf(HttpChain chain, IServiceContainer container)
    {
        var returned = chain.Method.Method.ReturnType;
        var result = returned.Closes(typeof(Task<>)) || returned.Closes(typeof(ValueTask<>)) ? returned.GetGenericArguments()[0] : returned;
        var results = result.IsValueTuple() ? result.GetGenericArguments() : [result];
        var events = container.GetInstance<AgentLedger>().Store.Registry.Types.Select(t => t.Value).ToHashSet();
        return Array.Find(results, type => type == typeof(EventsToAppend)) ?? results.Skip(1).FirstOrDefault(events.Contains);
    }

    private static string? NameOf(HttpChain chain) =>
        Array.Find(RouteNames, name => chain.RoutePattern!.Parameters.Any(p => p.Name.Equals(name, StringComparison.OrdinalIgnoreCase)))
        ?? (chain.RequestType is { } body && LedgerHandlerPolicy.NamesRun(body) ? "RunId" : null);

    private static Type StateOf(Type type) => LedgerHandlerPolicy.StateOf(type);

    private static bool IsBound(ParameterInfo parameter) =>
        parameter.HasAttribute<WolverineParameterAttribute>()
        || parameter.HasAttribute<NotBodyAttribute>()
        || parameter.GetCustomAttributes().Any(a => a is IFromServiceMetadata or IFromBodyMetadata or IFromFormMetadata);

    private static InvalidOperationException Nameless(HttpChain chain, ParameterInfo parameter) => new(
        $"{chain.Method} takes '{parameter.ParameterType.Name}', but neither its route nor its body names the run. Add '{{run}}' to the route, or a string "
        + "'RunId' to the body, which must be an earlier parameter.");
}
