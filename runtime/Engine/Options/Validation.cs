using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Runtime;

namespace Orleans
{
    /// <summary>Checks configuration when a silo starts. All validators run, and the silo reports the faults of all of them.</summary>
    public interface IConfigurationValidator
    {
        /// <summary>Checks the configuration.</summary>
        /// <exception cref="OrleansConfigurationException">The configuration is not valid.</exception>
        void ValidateConfiguration();
    }
}

namespace Orleans.Bundled
{
    /// <summary>Applies the rules of one options class.</summary>
    internal sealed class OptionsValidator<TOptions>(IOptions<TOptions> options, Action<TOptions, Faults> check) : IConfigurationValidator
        where TOptions : class
    {
        public void ValidateConfiguration()
        {
            var faults = new Faults(typeof(TOptions).Name);
            check(options.Value, faults);
            if (faults.Found.Count > 0)
            {
                throw new OrleansConfigurationException(string.Join(Environment.NewLine, faults.Found));
            }
        }
    }

    /// <summary>A way for silos to find each other was chosen.</summary>
    internal sealed record ClusteringChoice(string Name, string? Fault);

    internal sealed class ClusteringValidator(IEnumerable<ClusteringChoice> choices) : IConfigurationValidator
    {
        public void ValidateConfiguration()
        {
            if (choices.LastOrDefault() is not { } choice)
            {
                throw new OrleansConfigurationException("No clustering is configured. Call UseAdoNetClustering or, for development, UseLocalhostClustering.");
            }

            if (choice.Fault is not null)
            {
                throw new OrleansConfigurationException(choice.Fault);
            }
        }
    }

    internal static class ConfigurationCheck
    {
        /// <summary>Runs all validators; one exception lists every fault.</summary>
        public static void Run(IServiceProvider services)
        {
            var faults = new List<Exception>();
            foreach (var validator in services.GetServices<IConfigurationValidator>())
            {
                try
                {
                    validator.ValidateConfiguration();
                }
                catch (OrleansConfigurationException exception)
                {
                    faults.Add(exception);
                }
                catch (Exception exception) when (exception is InvalidOperationException or FormatException or OptionsValidationException)
                {
                    // A value of the configuration that cannot be read as what the option is.
                    faults.Add(new OrleansConfigurationException(exception.Message, exception));
                }
            }

            if (faults is [var only])
            {
                throw only;
            }

            if (faults.Count > 1)
            {
                throw new OrleansConfigurationException(
                    string.Join(Environment.NewLine, faults.Select(f => f.Message)), new AggregateException(faults));
            }
        }
    }
}
