// Loaded after the first paint: nothing moves before someone has done something.
export { domAnimation as default } from 'motion/react';
