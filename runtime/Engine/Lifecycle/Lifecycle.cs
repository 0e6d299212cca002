namespace Orleans
{
    /// <summary>Takes part in one stage of a lifecycle.</summary>
    public interface ILifecycleObserver
    {
        /// <summary>Runs when the stage starts; a failure aborts the start.</summary>
        Task OnStart(CancellationToken cancellationToken = default);

        /// <summary>Runs when the stage stops; a failure is logged, and the stop goes on.</summary>
        Task OnStop(CancellationToken cancellationToken = default);
    }

    /// <summary>A lifecycle that one can take part in. Stages start in ascending order and stop in descending order.</summary>
    public interface ILifecycleObservable
    {
        /// <summary>Takes part in a stage, until the result is disposed.</summary>
        /// <param name="observerName">The participant, for logs.</param>
        /// <param name="stage">The stage; its participants run at the same time.</param>
        /// <param name="observer">What runs.</param>
        IDisposable Subscribe(string observerName, int stage, ILifecycleObserver observer);
    }

    /// <summary>A component that subscribes itself to a lifecycle.</summary>
    public interface ILifecycleParticipant<TLifecycleObservable>
        where TLifecycleObservable : ILifecycleObservable
    {
        /// <summary>Subscribes to the stages it needs.</summary>
        void Participate(TLifecycleObservable lifecycle);
    }

    /// <summary>A lifecycle together with the means to drive it.</summary>
    public interface ILifecycleSubject : ILifecycleObservable, ILifecycleObserver;

    /// <summary>The stages of a silo's life.</summary>
    public static class ServiceLifecycleStage
    {
        /// <summary>Before everything.</summary>
        public const int First = int.MinValue;

        /// <summary>The runtime's own state.</summary>
        public const int RuntimeInitialize = 2000;

        /// <summary>Networking and directory.</summary>
        public const int RuntimeServices = 4000;

        /// <summary>Storage that the runtime itself uses.</summary>
        public const int RuntimeStorageServices = 6000;

        /// <summary>Services of grains.</summary>
        public const int RuntimeGrainServices = 8000;

        /// <summary>After the services of grains.</summary>
        public const int AfterRuntimeGrainServices = 8100;

        /// <summary>Services of the application, such as its storage providers.</summary>
        public const int ApplicationServices = 10000;

        /// <summary>The silo and the others can reach each other.</summary>
        public const int ValidateInitialConnectivity = 19900;

        /// <summary>When stopping: the directory hands its part over.</summary>
        public const int GrainDirectoryShutdown = 19997;

        /// <summary>When stopping: all activations end.</summary>
        public const int GrainDeactivation = 19998;

        /// <summary>The silo takes part in the cluster.</summary>
        public const int BecomeActive = 19999;

        /// <summary>The silo serves calls.</summary>
        public const int Active = 20000;

        /// <summary>After everything.</summary>
        public const int Last = int.MaxValue;
    }
}

namespace Orleans.Runtime
{
    /// <summary>The stages of an activation's life.</summary>
    public static class GrainLifecycleStage
    {
        /// <summary>Before everything.</summary>
        public const int First = int.MinValue;

        /// <summary>Persistent states are read.</summary>
        public const int SetupState = 1000;

        /// <summary>The grain's own <see cref="IGrainBase.OnActivateAsync"/> follows this stage.</summary>
        public const int Activate = 2000;

        /// <summary>After everything.</summary>
        public const int Last = int.MaxValue;
    }

    /// <summary>The lifecycle of one activation; see <see cref="GrainLifecycleStage"/>.</summary>
    public interface IGrainLifecycle : ILifecycleObservable;

    /// <summary>The lifecycle of a silo; see <see cref="ServiceLifecycleStage"/>.</summary>
    public interface ISiloLifecycle : ILifecycleObservable
    {
        /// <summary>The last stage that started completely.</summary>
        int HighestCompletedStage { get; }

        /// <summary>The last stage that stopped; <see cref="int.MaxValue"/> before stopping.</summary>
        int LowestStoppedStage { get; }
    }

    /// <summary>Work of the application that runs once when the silo starts.</summary>
    public interface IStartupTask
    {
        /// <summary>Runs once; a failure aborts the start of the silo.</summary>
        Task Execute(CancellationToken cancellationToken);
    }
}
