const FREQUENCY_HZ = 880;
const SECONDS = 0.15;
const VOLUME = 0.1;

/** Makes the sound of something new. A browser that allows none stays silent. */
export function createChime(): () => void {
  let context: AudioContext | null = null;
  return () => {
    if (typeof AudioContext === 'undefined') return;
    context ??= new AudioContext();
    void context.resume();
    const [tone, volume] = [context.createOscillator(), context.createGain()];
    tone.frequency.value = FREQUENCY_HZ;
    volume.gain.setValueAtTime(VOLUME, context.currentTime);
    volume.gain.exponentialRampToValueAtTime(VOLUME / 100, context.currentTime + SECONDS);
    tone.connect(volume).connect(context.destination);
    tone.start();
    tone.stop(context.currentTime + SECONDS);
  };
}
