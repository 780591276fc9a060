using System.Reflection;
using JasperFx;
using JasperFx.CodeGeneration;
using JasperFx.CodeGeneration.Frames;
using JasperFx.Core.Reflection;
using JasperFx.Events;
using Ledger.Wolverine.Sessions;
using Wolverine.Attributes;
using Wolverine.Configuration;
using Wolverine.Persistence.EventSourcing;
using Wolverine.Runtime.Handlers;

namespace Ledger.Wolverine.Handling;

/// <summary>Treats a handler with a world, run or aggregate parameter as an aggregate handler, without an attribute.</summary>
/// <remarks>No other source provides such a parameter. An attribute of Wolverine takes precedence.</remarks>
internal sealed class LedgerHandlerPolicy : IHandlerPolicy
{
    private readonly LedgerFrameProvider _provider = new();

    public void Apply(IReadOnlyList<HandlerChain> chains, GenerationRules rules, IServiceContainer container)
    {
        foreach (var chain in chains.Where(c => c.Handlers.Count > 0))
        {
            var call = chain.Handlers[0];
            if (chain.Handlers.SelectMany(h => h.Method.GetParameters()).Any(p => p.ParameterType == typeof(LedgerSession)))
            {
                _provider.ApplyTransactionSupport(chain, container);
            }

            if (chain.HasAttribute<DeciderFunctionAttribute>())
            {
                continue;
            }

            foreach (var parameter in call.Method.GetParameters())
            {
                if (parameter.ParameterType != chain.MessageType
                    && !parameter.HasAttribute<WolverineParameterAttribute>()
                    && LedgerFrameProvider.Owns(StateOf(parameter.ParameterType), container))
                {
                    Give(chain, call, parameter, rules, container);
                }
            }
        }
    }

    private void Give(HandlerChain chain, MethodCall call, ParameterInfo parameter, GenerationRules rules, IServiceContainer container)
    {
        var attribute = new WriteModelAttribute(NamesRun(chain.MessageType) ? "RunId" : null) { Required = false };
        if (attribute.FindIdentity(StateOf(parameter.ParameterType), typeof(string), chain) is not { } stream)
        {
            throw new InvalidOperationException(
                $"{call.HandlerType.FullNameInCode()}.{call.Method.Name} takes '{parameter.ParameterType.Name}', but {chain.MessageType.FullNameInCode()} "
                + "does not name the run. Add a string 'RunId' or 'Id', or mark a string or a StreamName with [Identity].");
        }

        if (parameter.ParameterType == typeof(Run) && ReturnsNothing(call.Method))
        {
            _provider.ApplyTransactionSupport(chain, container);
            var open = new OpenRunFrame(stream);
            chain.Middleware.Add(open);
            call.TrySetArgument(parameter.Name!, open.Run);
            return;
        }

        attribute.Modify(chain, parameter, container, rules);
    }

    /// <summary>The state that a parameter is of: itself, or that of its stream.</summary>
    public static Type StateOf(Type type) => type.Closes(typeof(IEventStream<>)) ? type.GetGenericArguments()[0] : type;

    /// <summary>Whether a message names a run by the member that is looked for first.</summary>
    public static bool NamesRun(Type message) => message.GetProperty("RunId", BindingFlags.Public | BindingFlags.Instance | BindingFlags.IgnoreCase) is not null;

    /// <summary>Whether a method returns neither events nor messages.</summary>
    public static bool ReturnsNothing(MethodInfo method) =>
        method.ReturnType == typeof(void) || method.ReturnType == typeof(Task) || method.ReturnType == typeof(ValueTask);
}
